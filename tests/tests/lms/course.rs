//! A course: an LMS around a package, and a student in it.

use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use axum::{
    Router,
    body::Bytes,
    extract::{Path as UrlPath, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use site_tests::{PATIENCE, Reader, Setup};

use crate::packages;

/// What a server says of `.wasm` files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wasm {
    /// `application/wasm`.
    #[default]
    Right,
    /// Something else.
    Wrong,
    /// Nothing.
    Missing,
}

/// An LMS on a free port, for as long as the runtime of the test.
#[derive(Clone)]
pub struct Course {
    address: SocketAddr,
    attempts: Arc<Mutex<BTreeMap<String, Vec<Value>>>>,
}

struct Shared {
    package: PathBuf,
    runtime: PathBuf,
    wasm: Wasm,
    attempts: Arc<Mutex<BTreeMap<String, Vec<Value>>>>,
}

impl Course {
    /// Serves the unpacked package in a folder.
    pub async fn start(package: &Path, wasm: Wasm) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no free port")?;
        let course = Self { address: listener.local_addr()?, attempts: Arc::default() };
        let shared = Shared {
            package: package.to_owned(),
            runtime: Setup::find()?.node_modules.join("scorm-again/dist"),
            wasm,
            attempts: course.attempts.clone(),
        };
        let router = Router::new()
            .route("/attempt/{name}", get(saved).post(commit))
            .route("/host/{edition}", get(host))
            .fallback(file)
            .with_state(Arc::new(shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(course)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The page that starts the package for an attempt. `kind` is `asynchronous`, `synchronous`, `quirky`, `mute` or `none`.
    pub fn launch(&self, edition: &str, kind: &str, attempt: &str, more: &str) -> String {
        format!("{}/host/{edition}?edition={edition}&kind={kind}&attempt={attempt}{more}", self.origin())
    }

    /// Puts an attempt there, as if that had been committed earlier.
    pub fn seed(&self, attempt: &str, committed: Value) {
        lock(&self.attempts).entry(attempt.to_owned()).or_default().push(committed);
    }

    /// What was committed last in an attempt.
    pub fn committed(&self, attempt: &str) -> Option<Value> {
        lock(&self.attempts).get(attempt)?.last().cloned()
    }

    /// Waits until what was committed last fulfils a condition.
    pub async fn until_committed(&self, attempt: &str, what: &str, is: impl Fn(&Value) -> bool) -> Result<Value> {
        // The server's answers do not wait for the browser: asking often is all there is.
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(value) = self.committed(attempt).filter(&is) {
                return Ok(value);
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        anyhow::bail!("{attempt}: never committed: {what}; last was {:#}", self.committed(attempt).unwrap_or_default())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn saved(State(shared): State<Arc<Shared>>, UrlPath(name): UrlPath<String>) -> Response {
    let value = lock(&shared.attempts).get(&name).and_then(|all| all.last().cloned()).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], value.to_string())
        .into_response()
}

async fn commit(State(shared): State<Arc<Shared>>, UrlPath(name): UrlPath<String>, body: Bytes) -> Response {
    let Ok(value) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    lock(&shared.attempts).entry(name).or_default().push(value);
    ([(header::CONTENT_TYPE, "application/json")], json!({ "result": true, "errorCode": 0 }).to_string())
        .into_response()
}

async fn host(UrlPath(edition): UrlPath<String>) -> Response {
    let runtime = if edition == "2004" { "scorm2004.min.js" } else { "scorm12.min.js" };
    let page = include_str!("host.html").replace("RUNTIME", runtime);
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

async fn file(State(shared): State<Arc<Shared>>, uri: axum::http::Uri) -> Response {
    let path = uri.path();
    let found = if let Some(name) = path.strip_prefix("/runtime/") {
        fs::read(shared.runtime.join(name))
    } else if let Some(name) = path.strip_prefix("/package/") {
        fs::read(shared.package.join(name))
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(bytes) = found else { return StatusCode::NOT_FOUND.into_response() };
    let guessed = mime_guess::from_path(path).first_or_octet_stream().to_string();
    let kind = match shared.wasm {
        Wasm::Wrong if path.ends_with(".wasm") => "text/plain".to_owned(),
        _ => guessed,
    };
    let mut headers = HeaderMap::new();
    if !(shared.wasm == Wasm::Missing && path.ends_with(".wasm"))
        && let Ok(kind) = HeaderValue::from_str(&kind)
    {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    (headers, bytes).into_response()
}

/// A figure that asks two questions about its run, of one point each: the balance and what the caller knows.
pub const FIGURE: &str = "predict-crash-before-answer";

/// The page that it stands on.
pub const PAGE: &str = "time-causality/architectural-models-rpc/exercises";

/// From the LMS's page into the wrapper.
pub async fn enter_wrapper(reader: &Reader) -> Result<()> {
    reader.until("the wrapper's frame", "document.getElementById('sco')").await?;
    reader.driver.enter_frame(0).await?;
    reader.until("the wrapper", "document.body?.dataset.saved").await
}

/// From the wrapper into the book, on the page that the figures stand on.
pub async fn enter_exercises(reader: &Reader) -> Result<()> {
    enter_page(reader, PAGE).await
}

/// From the wrapper into the book, on one of its pages.
pub async fn enter_page(reader: &Reader, wanted: &str) -> Result<()> {
    let frame = "document.getElementById('book').dataset.page";
    reader.until("the book", frame).await?;
    let page = reader.js(&format!("return {frame}")).await?;
    reader.driver.enter_frame(0).await?;
    if page != json!(wanted) {
        // As a reader who follows links; this one is in the list of contents of every page.
        let script = "for (const link of document.querySelectorAll('#contents a'))
            if (link.pathname.endsWith(arguments[0])) { link.click(); return true; }
            return false";
        let followed = reader.js_with(script, vec![json!(format!("/{wanted}.html"))]).await?;
        ensure!(followed == json!(true), "no link to {wanted}");
        // A frame in a sandbox may change its process, and the driver then still speaks to the old one.
        reader.driver.enter_parent_frame().await?;
        reader.until("the page", &format!("{frame} === '{wanted}'")).await?;
        reader.driver.enter_frame(0).await?;
    }
    reader.until("the page of a host", "window.curriculum?.kept?.where === 'host'").await
}

/// Answers both questions of a figure: the choices by their number from 1. `after` is run in the same task as the last
/// click. Returns the words of the choices.
pub async fn answer(reader: &Reader, id: &str, choices: [usize; 2], after: &str) -> Result<Vec<String>> {
    let demo = reader.demo(id).await?;
    demo.until("the question", "demo.querySelector('.question')").await?;
    let mut words = Vec::new();
    for (fieldset, choice) in choices.iter().enumerate() {
        let label = format!(".question fieldset:nth-of-type({}) label:nth-of-type({choice})", fieldset + 1);
        words.push(demo.text(&label).await?);
        demo.click(&format!("{label} input")).await?;
    }
    demo.js(&format!(
        "const commit = [...demo.querySelectorAll('.question button')].find((it) => it.textContent.includes('Commit'));
         commit.click(); {after}"
    ))
    .await?;
    Ok(words)
}

/// The percentage that so many points are, as the page shows it.
pub fn percent(points: u64) -> Result<u64> {
    Ok(100 * points / packages::points()?)
}

/// Waits until the wrapper shows that score and that the LMS has it.
pub async fn until_shown(reader: &Reader, percent: u64) -> Result<()> {
    reader
        .until(
            "the score in the bar",
            &format!("document.getElementById('score').textContent === 'Score {percent} %' && document.body.dataset.saved === 'yes'"),
        )
        .await
}
