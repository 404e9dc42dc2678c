//! A browser and what a reader does with it.

use std::{
    fmt::Write as _,
    fs,
    panic::{AssertUnwindSafe, resume_unwind},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use futures::FutureExt;
use serde_json::{Value, json};
use thirtyfour::{Capabilities, TimeoutConfiguration, WebDriver, prelude::*};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::{Setup, firefox, server::AXE_PATH, webkit};

/// When a page is taken to hang. No test depends on how long anything takes: it only ever makes one that fails longer.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// The same for a script that goes through a whole page: each of its parts has that patience.
const SCRIPT_PATIENCE: Duration = Duration::from_secs(900);

/// How long an answer of a driver is waited for: it gives up first, and says why.
const REQUEST_PATIENCE: Duration = Duration::from_secs(960);

/// Which browser reads. What no other one can be asked for by its driver only [`Engine::Chromium`] can: devices, colours
/// and motion of the system, pages without scripts, the browser's own logs, frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// Chromium or Chrome, with ChromeDriver.
    #[default]
    Chromium,
    /// Firefox, by WebDriver BiDi.
    Firefox,
    /// WebKit's GTK port, with WebKitWebDriver.
    WebKit,
}

/// The colours that the system asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    #[default]
    Light,
    /// Light on dark.
    Dark,
}

/// The screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 1280 × 900 CSS pixels, with a mouse.
    #[default]
    Wide,
    /// 390 × 844 CSS pixels, with touch.
    Narrow,
    /// 320 × 640 CSS pixels, with touch: the smallest that has to work.
    Smallest,
}

impl Size {
    /// Width and height of a phone's screen, in CSS pixels.
    fn phone(self) -> Option<(u32, u32)> {
        match self {
            Self::Wide => None,
            Self::Narrow => Some((390, 844)),
            Self::Smallest => Some((320, 640)),
        }
    }
}

/// What kind of reader it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The browser.
    pub engine: Engine,
    /// The colours that the system asks for.
    pub scheme: Scheme,
    /// The screen.
    pub size: Size,
    /// Whether pages may run scripts.
    pub javascript: bool,
    /// Whether the system asks for less motion.
    pub reduced_motion: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            engine: Engine::Chromium,
            scheme: Scheme::Light,
            size: Size::Wide,
            javascript: true,
            reduced_motion: false,
        }
    }
}

/// A running browser with one empty profile.
pub struct Reader {
    /// The WebDriver session, for what the methods here do not offer.
    pub driver: WebDriver,
    setup: Setup,
    look: Look,
    profile: PathBuf,
    // Killed when dropped; Chromium itself ends with the session.
    processes: Vec<Child>,
    complaints: Mutex<Vec<String>>,
}

/// Starts a browser, lets `test` read with it, and ends it however the test ends. If the test
/// fails, a picture and the page stay in the artifacts folder under `name`.
pub async fn reading(name: &str, look: Look, test: impl AsyncFnOnce(&Reader) -> Result<()>) -> Result<()> {
    let reader = Reader::start(&Setup::find()?, look).await?;
    let outcome = AssertUnwindSafe(test(&reader)).catch_unwind().await;
    let kept = match outcome {
        Ok(Ok(())) => None,
        _ => Some(reader.keep_evidence(name).await),
    };
    reader.quit().await;
    match (outcome, kept) {
        (Ok(Ok(())), _) => Ok(()),
        (Ok(Err(error)), Some(evidence)) => Err(error.context(evidence)),
        (Ok(Err(error)), None) => Err(error),
        (Err(panic), evidence) => {
            eprintln!("{}", evidence.unwrap_or_default());
            resume_unwind(panic)
        }
    }
}

impl Reader {
    /// Starts a browser with a fresh profile, and its driver where it needs one.
    async fn start(setup: &Setup, look: Look) -> Result<Self> {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        // Not in the system's folder for temporary files: a Chromium from a snap cannot see it.
        let profile = setup.artifacts.join(format!("profile-{}-{number}", std::process::id()));
        fs::create_dir_all(&profile).with_context(|| format!("cannot make {}", profile.display()))?;

        let chromium = look.engine == Engine::Chromium;
        ensure!(chromium || look == Look { engine: look.engine, ..Look::default() }, "only Chromium has another look");
        let (processes, driver) = match look.engine {
            Engine::Chromium => start_chromium(setup, look, &profile).await?,
            Engine::Firefox => {
                let (process, client) = firefox::start(&setup.firefox, &profile, SCRIPT_PATIENCE).await?;
                // The address is nobody's: the client answers.
                let driver = WebDriver::builder("http://firefox.invalid/", Capabilities::new()).client(client);
                (vec![process], driver.await.with_context(|| format!("starting {}", setup.firefox))?)
            }
            Engine::WebKit => {
                let (processes, address) = webkit::start(&setup.webkit_driver, &setup.xvfb).await?;
                let driver = WebDriver::builder(address, Capabilities::new()).request_timeout(REQUEST_PATIENCE);
                let driver =
                    driver.await.with_context(|| format!("{} could not start a browser", setup.webkit_driver))?;
                driver.set_window_rect(0, 0, 1280, 900).await?;
                (processes, driver)
            }
        };
        // Those among the capabilities are replaced when the session starts.
        let timeouts = TimeoutConfiguration::new(Some(SCRIPT_PATIENCE), Some(SCRIPT_PATIENCE), None);
        driver.update_timeouts(timeouts).await?;
        let complaints = Mutex::default();
        let reader = Self { driver, setup: setup.clone(), look, profile, processes, complaints };
        if chromium {
            if setup.slower != 1.0 {
                reader.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": setup.slower })).await?;
            }
            reader.prefer(look.scheme).await?;
            // The empty page that every browser starts with is none of ours.
            reader.requests().await?;
        }
        Ok(reader)
    }

    async fn quit(mut self) {
        // A browser that crashed is gone already.
        let _ = self.driver.quit().await;
        for process in &mut self.processes {
            let _ = process.kill().await;
        }
        let _ = fs::remove_dir_all(&self.profile);
    }

    /// A command of the Chrome DevTools Protocol.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Result<Value> {
        self.driver.cdp().send_raw(method, parameters).await.with_context(|| method.to_owned())
    }

    /// Has the system ask for other colours, for the page that is open and for those to come, and waits until the
    /// page has them.
    pub async fn prefer(&self, scheme: Scheme) -> Result<()> {
        let scheme = if scheme == Scheme::Dark { "dark" } else { "light" };
        let motion = if self.look.reduced_motion { "reduce" } else { "no-preference" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": motion },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
        // Colours pass over into each other.
        self.until("the colours settled", "document.getAnimations().every((it) => !(it instanceof CSSTransition))")
            .await
    }

    /// Puts the page that is open, and those to come, on another screen, and waits until it is laid out there. For
    /// readers who began on a wide one: the driver would not learn of it, and click where others touch.
    pub async fn resize(&self, size: Size) -> Result<()> {
        ensure!(self.look.size == Size::Wide, "a phone stays a phone");
        let touch = size.phone().is_some();
        match size.phone() {
            None => self.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await?,
            Some((width, height)) => {
                let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": true });
                self.devtools("Emulation.setDeviceMetricsOverride", screen).await?
            }
        };
        self.devtools("Emulation.setTouchEmulationEnabled", json!({ "enabled": touch })).await?;
        self.until("the pointer", &format!("matchMedia('(pointer: coarse)').matches === {touch}")).await?;
        // What watches sizes hears of them with the next picture.
        let script = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))";
        self.driver.execute_async(script, vec![]).await.context("two pictures")?;
        Ok(())
    }

    /// Goes to `url` and waits until the page has loaded.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.collect().await;
        self.driver.goto(url).await.with_context(|| format!("going to {url}"))
    }

    /// Runs a function body in the page and returns what it returns.
    pub async fn js(&self, script: &str) -> Result<Value> {
        self.js_with(script, vec![]).await
    }

    /// The same with `arguments`.
    pub async fn js_with(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let returned =
            self.driver.execute(script, arguments).await.with_context(|| format!("in the page: {script}"))?;
        Ok(returned.json().clone())
    }

    /// Waits until an expression is true in the page. `what` completes "never: …".
    pub async fn until(&self, what: &str, expression: &str) -> Result<()> {
        self.until_with(what, expression, vec![]).await
    }

    /// Waits until there are more windows than so many.
    ///
    /// # Errors
    /// If no other opens in [`PATIENCE`].
    pub async fn until_window(&self, before: usize) -> Result<()> {
        let start = Instant::now();
        while self.driver.windows().await?.len() <= before {
            ensure!(start.elapsed() < PATIENCE, "no window has opened");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// The same with `arguments`.
    pub async fn until_with(&self, what: &str, expression: &str, arguments: Vec<Value>) -> Result<()> {
        let script = format!("return Boolean({expression})");
        let start = Instant::now();
        // Most things come at once; what takes long is not hurried by asking.
        let mut pause = Duration::from_millis(5);
        while start.elapsed() < PATIENCE {
            if self.js_with(&script, arguments.clone()).await? == json!(true) {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
        bail!("never: {what} ({expression}); the page complains: {:#?}", self.complaints().await)
    }

    /// The one element that `css` selects.
    pub async fn find(&self, css: &str) -> Result<WebElement> {
        self.driver.find(By::Css(css)).await.with_context(|| format!("looking for {css}"))
    }

    /// All elements that `css` selects.
    pub async fn find_all(&self, css: &str) -> Result<Vec<WebElement>> {
        self.driver.find_all(By::Css(css)).await.with_context(|| format!("looking for {css}"))
    }

    /// Clicks, as a reader does: the element has to be visible and not covered.
    pub async fn click(&self, css: &str) -> Result<()> {
        let element = self.find(css).await?;
        self.press_element(&element).await.with_context(|| format!("clicking {css}"))
    }

    /// Clicks an element once it stays where it is: a figure above that wakes up may move it.
    async fn press_element(&self, element: &WebElement) -> Result<()> {
        let start = Instant::now();
        loop {
            self.show(element).await?;
            let clicked = match self.look.engine {
                Engine::Chromium => element.click().await,
                _ => self.press_middle(element).await,
            };
            match clicked {
                Err(error) if start.elapsed() < PATIENCE && error.to_string().contains("intercepted") => {}
                clicked => return Ok(clicked?),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Clicks where an element is, as the drivers' own clicks do: WebKit's knows no parts of pictures.
    async fn press_middle(&self, element: &WebElement) -> WebDriverResult<()> {
        let script = "const [element] = arguments;
            const { left, top, width, height } = element.getClientRects()[0] ?? element.getBoundingClientRect();
            const [x, y] = [Math.floor(left + width / 2), Math.floor(top + height / 2)];
            const there = document.elementFromPoint(x, y);
            return element.contains(there) ? [x, y] : `intercepted by ${there?.outerHTML.slice(0, 160)}`";
        let there = self.driver.execute(script, vec![element.to_json()?]).await?;
        let there = there.json().clone();
        match (there[0].as_i64(), there[1].as_i64()) {
            (Some(x), Some(y)) => self.driver.action_chain().move_to(x, y).click().perform().await,
            _ => Err(WebDriverError::RequestFailed(there.to_string())),
        }
    }

    /// Brings an element to the middle of the window, away from the bar at its top, and waits until it stays there: a
    /// page that is still on its way to another place takes the element along.
    async fn show(&self, element: &WebElement) -> Result<()> {
        let element = element.to_json()?;
        let scroll = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        if !self.look.javascript {
            // Nothing moves without scripts, and none could wait here for the next picture.
            return self.js_with(scroll, vec![element]).await.map(drop);
        }
        let script = format!(
            "const [element, done] = arguments;
            const place = () => JSON.stringify(element.getBoundingClientRect());
            // Within two pictures whatever moves has moved. Where nobody looks there are none.
            const pictures = () => new Promise((resolve) => {{
                requestAnimationFrame(() => requestAnimationFrame(resolve));
                setTimeout(resolve, 1000);
            }});
            (async () => {{
                // What never stays, such as a dot on its way, is taken where it is.
                for (let look = 0, before; look < 100 && before !== place(); look++) {{
                    {scroll};
                    before = place();
                    await pictures();
                }}
            }})().then(done)"
        );
        self.driver.execute_async(script, vec![element]).await.context("bringing it into sight")?;
        Ok(())
    }

    /// Types into whatever has the focus. Keys without a letter are [`thirtyfour::Key`]s.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        self.driver.action_chain().send_keys(keys.into()).perform().await.context("pressing keys")
    }

    /// What lies on the clipboard.
    pub async fn clipboard(&self) -> Result<String> {
        self.devtools(
            "Browser.grantPermissions",
            json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] }),
        )
        .await?;
        let script =
            "const done = arguments[0]; navigator.clipboard.readText().then(done, (e) => done({ error: String(e) }));";
        let value = self.driver.execute_async(script, vec![]).await?.json().clone();
        value.as_str().map(str::to_owned).with_context(|| format!("reading the clipboard: {value}"))
    }

    /// The demo whose figure has the id `id`, once it is live. A fold that it lies in is opened: nothing
    /// comes alive where nobody can see it.
    pub async fn demo(&self, id: &str) -> Result<Demo<'_>> {
        let demo = Demo { reader: self, id: id.to_owned() };
        let css = demo.css();
        let script = "const demo = document.querySelector(arguments[0]);
            for (let fold; (fold = demo?.closest('details:not([open])')); ) fold.open = true;
            demo?.scrollIntoView({ block: 'center', behavior: 'instant' });
            // On the page for print it waits until it is asked for.
            const offer = demo?.previousElementSibling;
            if (offer?.matches('.demo-offer')) offer.click();";
        self.js_with(script, vec![json!(css)]).await?;
        // Scrolled to again while it is out of sight: the page may be on its way to another place.
        let live = "((demo) => {
            if (demo?.dataset.state === 'live') return true;
            const { top, bottom } = demo?.getBoundingClientRect() ?? { top: 0, bottom: 1 };
            if (bottom <= 0 || top >= innerHeight) demo.scrollIntoView({ block: 'center', behavior: 'instant' });
        })(document.querySelector(arguments[0]))";
        self.until_with(&format!("demo {id} live"), live, vec![json!(css)]).await?;
        // All of the figure, as a reader opens it.
        let open = "document.querySelector(arguments[0]).querySelector('.figure-open[aria-expanded=false]')?.click()";
        self.js_with(open, vec![json!(css)]).await?;
        Ok(demo)
    }

    /// Brings every demo of the page near, one after the other, waits until it is live, and returns their ids. It
    /// opens folds as [`Self::demo`] does.
    pub async fn wake_demos(&self) -> Result<Vec<String>> {
        // In one script: asking from here after each demo takes longer than the demos take.
        let script = "const [patience, done] = arguments;
            const live = (demo) => new Promise((resolve, reject) => {
                const { state } = demo.dataset;
                if (state === 'live') return resolve(demo.id);
                const fail = () => reject(`demo ${demo.id} is not live: ${demo.dataset.state}`);
                if (state === 'stopped') return fail();
                const timer = setTimeout(fail, patience);
                // Again and again: the page may be on its way to another place.
                const nearer = setInterval(() => {
                    const { top, bottom } = demo.getBoundingClientRect();
                    if (bottom <= 0 || top >= innerHeight) demo.scrollIntoView({ block: 'center', behavior: 'instant' });
                }, 50);
                new MutationObserver((_, observer) => {
                    if (demo.dataset.state === 'waking') return;
                    observer.disconnect();
                    clearTimeout(timer);
                    clearInterval(nearer);
                    if (demo.dataset.state === 'live') resolve(demo.id); else fail();
                }).observe(demo, { attributeFilter: ['data-state'] });
                const offer = demo.previousElementSibling;
                if (offer?.matches('.demo-offer')) offer.click();
            });
            (async () => {
                const ids = [];
                for (const demo of document.querySelectorAll('.demo[data-demo]')) {
                    for (let fold; (fold = demo.closest('details:not([open])')); ) fold.open = true;
                    demo.scrollIntoView({ block: 'center', behavior: 'instant' });
                    ids.push(await live(demo));
                    demo.querySelector('.figure-open[aria-expanded=false]')?.click();
                }
                scrollTo({ top: 0, behavior: 'instant' });
                return ids;
            })().then(done, (error) => done(String(error)))";
        let patience = json!(PATIENCE.as_millis() as u64);
        let ids = self.driver.execute_async(script, vec![patience]).await.context("waking the demos")?.json().clone();
        match ids {
            Value::String(error) => bail!("{error}; the page complains: {:#?}", self.complaints().await),
            ids => serde_json::from_value(ids).context("a demo without an id"),
        }
    }

    /// What went wrong so far, in all pages: errors and warnings on the console, uncaught errors,
    /// files that did not load, reports of the Content-Security-Policy.
    pub async fn complaints(&self) -> Vec<String> {
        self.collect().await;
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fails if anything went wrong so far; `place` says where.
    pub async fn ensure_quiet(&self, place: &str) -> Result<()> {
        let complaints = self.complaints().await;
        ensure!(complaints.is_empty(), "{place}: the browser complains:\n  {}", complaints.join("\n  "));
        Ok(())
    }

    /// Takes over what the browser's log and the page's recorder hold.
    async fn collect(&self) {
        let mut found = Vec::new();
        if let Ok(entries) = self.driver.browser_log().await {
            let bad = entries.into_iter().filter(|entry| matches!(entry.level.as_str(), "SEVERE" | "WARNING"));
            found.extend(bad.map(|entry| entry.message));
        }
        // Scripts may be off.
        if let Ok(Value::Array(recorded)) = self.js("return window.__complaints?.splice(0) ?? []").await {
            found.extend(recorded.iter().filter_map(|entry| entry.as_str().map(str::to_owned)));
        }
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
    }

    /// Every address that the browser asked for since the last call, whether it was let or not.
    pub async fn requests(&self) -> Result<Vec<String>> {
        let mut requests = Vec::new();
        for entry in self.driver.get_log("performance").await.context("the browser's log of requests")? {
            let event: Value = serde_json::from_str(&entry.message)?;
            if event["message"]["method"] == "Network.requestWillBeSent"
                && let Some(url) = event["message"]["params"]["request"]["url"].as_str()
            {
                requests.push(url.to_owned());
            }
        }
        Ok(requests)
    }

    /// What axe-core finds wrong with the page: what is wrong, and where in the page.
    pub async fn axe(&self) -> Result<Vec<(String, String)>> {
        self.run_axe("{}").await
    }

    /// The same by those of its rules only that depend on colours.
    pub async fn axe_colours(&self) -> Result<Vec<(String, String)>> {
        self.run_axe(
            "{ runOnly: axe.getRules(['cat.color']).filter(({ enabled }) => enabled).map(({ ruleId }) => ruleId) }",
        )
        .await
    }

    async fn run_axe(&self, options: &str) -> Result<Vec<(String, String)>> {
        let script = format!(
            "const [path, done] = arguments;
            const loaded = window.axe ? Promise.resolve() : new Promise((resolve, reject) => {{
                const script = Object.assign(document.createElement('script'), {{ src: path }});
                script.onload = resolve;
                script.onerror = () => reject('cannot load axe-core: `cargo xtask test` installs it');
                document.head.append(script);
                script.remove();
            }});
            loaded.then(() => axe.run(document, {{ resultTypes: ['violations'], ...{options} }})).then(
                ({{ violations }}) => done(violations.flatMap(({{ id, impact, nodes }}) => nodes.map((node) => [
                    `${{id}} (${{impact}}): ${{(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ''}}`,
                    `${{node.target.join(' ')}}: ${{node.html.slice(0, 160)}}`]))),
                (error) => done(String(error)))"
        );
        let path = json!(AXE_PATH);
        let found = self.driver.execute_async(script, vec![path]).await.context("running axe-core")?.json().clone();
        serde_json::from_value(found.clone()).with_context(|| format!("axe-core failed: {found}"))
    }

    /// Keeps a picture and the page's HTML, and says where.
    async fn keep_evidence(&self, name: &str) -> String {
        let mut text = String::new();
        if let Ok(url) = self.driver.current_url().await {
            let _ = write!(text, "at {url}");
        }
        let base = self.setup.artifacts.join(name);
        if let Ok(png) = self.driver.screenshot_as_png().await
            && fs::write(base.with_extension("png"), png).is_ok()
        {
            let _ = write!(text, "; picture in {}", base.with_extension("png").display());
        }
        if let Ok(source) = self.driver.source().await {
            let _ = fs::write(base.with_extension("html"), source);
        }
        text
    }
}

/// A live demo. All selectors are relative to its figure; in scripts `demo` is its element.
pub struct Demo<'a> {
    reader: &'a Reader,
    id: String,
}

impl Demo<'_> {
    /// The figure's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn css(&self) -> String {
        format!(".demo[id=\"{}\"]", self.id)
    }

    /// The element in it that `css` selects.
    pub async fn find(&self, css: &str) -> Result<WebElement> {
        self.reader.find(&format!("{} {css}", self.css())).await
    }

    /// Clicks what `css` selects in it.
    pub async fn click(&self, css: &str) -> Result<()> {
        self.reader.click(&format!("{} {css}", self.css())).await
    }

    /// Clicks the button, or anything with that role, whose accessible name contains `name`; a
    /// message or a lifeline in a picture as well as a button beside it.
    pub async fn click_named(&self, name: &str) -> Result<()> {
        let element = self.named(name).await?;
        self.reader.press_element(&element).await.with_context(|| format!("demo {}: clicking {name:?}", self.id))
    }

    /// Puts the keyboard's focus on the button with that name, as [`Self::click_named`] finds it.
    pub async fn focus_named(&self, name: &str) -> Result<()> {
        self.named(name).await?.focus().await.with_context(|| format!("demo {}: focusing {name:?}", self.id))
    }

    async fn named(&self, name: &str) -> Result<WebElement> {
        // In one script: a figure can have more than a hundred of them.
        let script = "const [demo, name] = arguments;
            const seen = [];
            // What shares a run is in a menu.
            if (name.startsWith('Copy ')) demo.querySelector('.figure-menu').open = true;
            for (const element of demo.querySelectorAll('button, [role], summary, a')) {
                const text = () => element.checkVisibility() ? element.innerText ?? element.textContent : '';
                const label = element.getAttribute('aria-label') ?? text();
                if (label.includes(name)) return element;
                seen.push(label);
            }
            return seen";
        let demo = self.reader.find(&self.css()).await?.to_json()?;
        let found = self.reader.driver.execute(script, vec![demo, json!(name)]).await?;
        if found.json().is_array() {
            bail!("demo {}: nothing named {name:?}; there are {}", self.id, found.json());
        }
        Ok(found.element()?)
    }

    /// The visible text of what `css` selects in it.
    pub async fn text(&self, css: &str) -> Result<String> {
        Ok(self.find(css).await?.text().await?)
    }

    /// Runs a function body in the page.
    pub async fn js(&self, script: &str) -> Result<Value> {
        let script = format!("const demo = document.querySelector(arguments[0]); {script}");
        self.reader.js_with(&script, vec![json!(self.css())]).await
    }

    /// Waits until an expression is true.
    pub async fn until(&self, what: &str, expression: &str) -> Result<()> {
        let expression = format!("((demo) => {expression})(document.querySelector(arguments[0]))");
        self.reader.until_with(&format!("demo {}: {what}", self.id), &expression, vec![json!(self.css())]).await
    }

    /// Waits until the text of what `css` selects contains `text`.
    pub async fn until_text(&self, css: &str, text: &str) -> Result<()> {
        let expression =
            format!("demo.querySelector({})?.textContent.includes({})", Value::from(css), Value::from(text));
        self.until(&format!("{css} says {text:?}"), &expression).await
    }

    /// Sets a slider or another input to `value`, as moving it does.
    pub async fn set(&self, css: &str, value: &str) -> Result<()> {
        let script = format!(
            "const input = demo.querySelector({});
             Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, {});
             for (const kind of ['input', 'change']) input.dispatchEvent(new Event(kind, {{ bubbles: true }}));",
            Value::from(css),
            Value::from(value)
        );
        self.js(&script).await.map(drop)
    }
}

/// A program's full path: ChromeDriver does not look for it.
fn which(program: &str) -> String {
    if program.contains(std::path::MAIN_SEPARATOR) {
        return program.to_owned();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file());
    found.map_or_else(|| program.to_owned(), |path| path.display().to_string())
}

/// Starts ChromeDriver on a free port, and Chromium with the empty folder `profile`.
async fn start_chromium(setup: &Setup, look: Look, profile: &Path) -> Result<(Vec<Child>, WebDriver)> {
    let (chromedriver, address) = start_chromedriver(&setup.chromedriver).await?;
    let mut capabilities = Capabilities::new();
    let mut arguments: Vec<String> = [
        "--headless",
        // The tests visit their own pages only; and as root, or in a container, there is no sandbox.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // A page that one comes back to would keep the memories of all its demos, and a browser has some hundred.
        "--disable-features=BackForwardCache",
        "--no-first-run",
        "--no-default-browser-check",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    let mut options = json!({ "binary": which(&setup.chromium) });
    match look.size.phone() {
        None => arguments.push("--window-size=1280,900".into()),
        Some((width, height)) => {
            options["mobileEmulation"] = json!({
                "deviceMetrics": { "width": width, "height": height, "pixelRatio": 1.0, "touch": true },
            });
        }
    }
    options["args"] = json!(arguments);
    if !look.javascript {
        options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
    }
    capabilities.set("browserName", json!("chrome"))?;
    capabilities.set("goog:chromeOptions", options)?;
    capabilities.set("goog:loggingPrefs", json!({ "browser": "ALL", "performance": "ALL" }))?;
    let driver = WebDriver::builder(&address, capabilities).request_timeout(REQUEST_PATIENCE);
    let driver = driver.await.with_context(|| {
        format!("{} could not start {}: are both of one version?", setup.chromedriver, setup.chromium)
    })?;
    Ok((vec![chromedriver], driver))
}

/// Starts ChromeDriver on a port that it chooses, and returns its address.
///
/// It looks for a free port and then takes it; another one that starts at the same time may be faster.
async fn start_chromedriver(program: &str) -> Result<(Child, String)> {
    for _ in 0..3 {
        if let Some(started) = try_chromedriver(program).await? {
            return Ok(started);
        }
    }
    bail!("{program} ended three times before it said its port")
}

/// `None` if it ended.
async fn try_chromedriver(program: &str) -> Result<Option<(Child, String)>> {
    let mut child = Command::new(program)
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {program}: `cargo xtask test` installs it or says how"))?;
    let stdout = child.stdout.take().context("chromedriver's output")?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        let port = line
            .split_once("started successfully on port ")
            .and_then(|(_, rest)| rest.trim_end_matches('.').parse::<u16>().ok());
        if let Some(port) = port {
            // It would stop at a full pipe.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(Some((child, format!("http://127.0.0.1:{port}"))));
        }
    }
    Ok(None)
}
