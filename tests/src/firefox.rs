//! Firefox without a driver beside it.
//!
//! Firefox listens to WebDriver BiDi itself, thirtyfour asks in the words of classic WebDriver. [`Firefox`] is the
//! client that thirtyfour asks, and says in BiDi what a [`crate::Reader`] needs: pages, scripts, keys and
//! the mouse, pictures, print. It knows one window, and no frames.

use std::{path::Path, process::Stdio, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use axum::{
    body::Bytes,
    http::{Request, Response},
};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use thirtyfour::{
    prelude::{WebDriverError, WebDriverResult},
    session::http::{Body, HttpClient},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
    sync::Mutex,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

/// The key of an element's id in classic WebDriver.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What the profile of a test says, so that Firefox shows the page and nothing else, and asks nobody for anything.
const PREFERENCES: &str = r#"
user_pref("app.normandy.enabled", false);
user_pref("app.update.disabledForTesting", true);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.safebrowsing.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("browser.startup.page", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("remote.active-protocols", 1);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);
"#;

/// Starts Firefox with the empty folder `profile`, and returns its process and the client of its one session. What is
/// asked takes at most `patience`.
pub(crate) async fn start(program: &str, profile: &Path, patience: Duration) -> Result<(Child, Firefox)> {
    std::fs::write(profile.join("user.js"), PREFERENCES).context("cannot write Firefox's preferences")?;
    let mut child = Command::new(program)
        .args(["--headless", "--no-remote", "--remote-debugging-port=0", "--profile"])
        .arg(profile)
        // Firefox on a machine without a sound card or a desktop says a lot; it is looked through for one line.
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let mut lines = BufReader::new(child.stderr.take().context("Firefox's output")?).lines();
    let mut said = Vec::new();
    let address = loop {
        let Some(line) = lines.next_line().await? else {
            bail!("{program} ended before it listened to WebDriver BiDi; it said:\n{}", said.join("\n"));
        };
        if let Some((_, address)) = line.split_once("WebDriver BiDi listening on ") {
            break address.trim().to_owned();
        }
        said.push(line);
    };
    // It would stop at a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let (socket, _) = tokio_tungstenite::connect_async(format!("{address}/session"))
        .await
        .with_context(|| format!("{program} does not answer at {address}"))?;
    let session = Session { socket, asked: 0, context: String::new() };
    Ok((child, Firefox { session: Arc::new(Mutex::new(session)), patience }))
}

/// Answers classic WebDriver for a Firefox.
#[derive(Clone)]
pub(crate) struct Firefox {
    session: Arc<Mutex<Session>>,
    patience: Duration,
}

/// The connection, and the window.
struct Session {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    asked: u64,
    context: String,
}

/// Why Firefox refuses: WebDriver's word for it, and a sentence.
struct Refusal(String, String);

impl From<tokio_tungstenite::tungstenite::Error> for Refusal {
    fn from(error: tokio_tungstenite::tungstenite::Error) -> Self {
        Self("unknown error".into(), format!("the connection to Firefox: {error}"))
    }
}

impl Session {
    /// Says a command of BiDi and waits for its result.
    async fn ask(&mut self, method: &str, parameters: Value) -> Result<Value, Refusal> {
        self.asked += 1;
        let command = json!({ "id": self.asked, "method": method, "params": parameters });
        self.socket.send(Message::text(command.to_string())).await?;
        while let Some(message) = self.socket.next().await {
            let Ok(mut answer) = serde_json::from_str::<Value>(message?.to_text()?) else { continue };
            // Events, and answers that nobody waited for any longer.
            if answer["id"] != json!(self.asked) {
                continue;
            }
            if answer["type"] == "error" {
                let part = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
                return Err(Refusal(part("error"), format!("{method}: {}", part("message"))));
            }
            return Ok(answer["result"].take());
        }
        Err(Refusal("unknown error".into(), "Firefox has ended".into()))
    }

    /// Runs a function body in the page. Elements may be among the arguments and in what it returns.
    async fn script(&mut self, body: &str, arguments: &[Value], asynchronous: bool) -> Result<Value, Refusal> {
        // JSON goes in and out as text, elements beside it; each stands in the text under its number there.
        let mut elements = vec![];
        let mut given = json!(arguments);
        take_elements(&mut given, &mut elements);
        let call = if asynchronous {
            "new Promise((done) => body.apply(null, [...given, done]))"
        } else {
            "body.apply(null, given)"
        };
        let function = format!(
            "async (text, ...elements) => {{
                const body = function() {{ {body} }};
                const given = JSON.parse(text, (_, it) => it?.[\"{ELEMENT}\"] === undefined ? it : elements[it[\"{ELEMENT}\"]]);
                const found = [];
                const told = JSON.stringify(await {call} ?? null, (_, it) =>
                    it instanceof Element ? {{ \"{ELEMENT}\": found.push(it) - 1 }} : it);
                return [told, ...found];
            }}"
        );
        let mut sent = vec![json!({ "type": "string", "value": given.to_string() })];
        sent.extend(elements.into_iter().map(|id| json!({ "sharedId": id })));
        let parameters = json!({
            "functionDeclaration": function,
            "arguments": sent,
            "awaitPromise": true,
            "target": { "context": self.context },
            "userActivation": true,
        });
        let answer = self.ask("script.callFunction", parameters).await?;
        if answer["type"] != "success" {
            let text = answer["exceptionDetails"]["text"].as_str().unwrap_or("no reason");
            return Err(Refusal("javascript error".into(), text.to_owned()));
        }
        let returned = answer["result"]["value"].as_array().map_or(&[][..], Vec::as_slice);
        let (told, found) = returned.split_first().unwrap_or((&Value::Null, &[]));
        let mut told = serde_json::from_str(told["value"].as_str().unwrap_or("null")).unwrap_or_default();
        put_elements(&mut told, found);
        Ok(told)
    }

    /// A command of classic WebDriver: its method, its path below that of the session, and its body.
    async fn answer(&mut self, method: &str, path: &[&str], body: &Value) -> Result<Value, Refusal> {
        let context = json!(self.context);
        let text = |key: &str| body[key].as_str().unwrap_or_default();
        let list = |key: &str| body[key].as_array().map_or(&[][..], Vec::as_slice);
        match (method, path) {
            ("POST", []) => {
                let session = self.ask("session.new", json!({ "capabilities": {} })).await?;
                let windows = self.ask("browsingContext.getTree", json!({})).await?;
                self.context = windows["contexts"][0]["context"].as_str().unwrap_or_default().to_owned();
                let size = json!({ "width": 1280, "height": 900 });
                self.ask("browsingContext.setViewport", json!({ "context": self.context, "viewport": size })).await?;
                Ok(session)
            }
            ("DELETE", []) => self.ask("browser.close", json!({})).await,
            // BiDi has none: the client waits no longer than its patience.
            ("POST", ["timeouts"]) => Ok(Value::Null),
            ("POST", ["url"]) => {
                let parameters = json!({ "context": context, "url": text("url"), "wait": "complete" });
                self.ask("browsingContext.navigate", parameters).await.map(|_| Value::Null)
            }
            ("GET", ["url"]) => self.script("return location.href", &[], false).await,
            ("GET", ["source"]) => self.script("return document.documentElement.outerHTML", &[], false).await,
            ("POST", ["execute", kind]) => self.script(text("script"), list("args"), *kind == "async").await,
            ("POST", ["element"]) => {
                let css = json!(text("value"));
                let found = self.script("return document.querySelector(arguments[0])", &[css], false).await?;
                if found.is_null() {
                    return Err(Refusal("no such element".into(), format!("nothing is {}", text("value"))));
                }
                Ok(found)
            }
            ("POST", ["elements"]) => {
                let css = json!(text("value"));
                self.script("return [...document.querySelectorAll(arguments[0])]", &[css], false).await
            }
            ("GET", ["element", element, "text"]) => {
                let element = json!({ ELEMENT: element });
                self.script("const [it] = arguments; return it.innerText ?? it.textContent", &[element], false).await
            }
            ("POST", ["actions"]) => {
                let parameters = json!({ "context": context, "actions": body["actions"] });
                self.ask("input.performActions", parameters).await.map(|_| Value::Null)
            }
            ("GET", ["screenshot"]) => {
                let mut picture = self.ask("browsingContext.captureScreenshot", json!({ "context": context })).await?;
                Ok(picture["data"].take())
            }
            ("POST", ["print"]) => {
                let mut parameters = body.clone();
                parameters["context"] = context;
                let mut printed = self.ask("browsingContext.print", parameters).await?;
                Ok(printed["data"].take())
            }
            _ => Err(Refusal("unknown command".into(), format!("{method} {} is not said in BiDi", path.join("/")))),
        }
    }
}

/// Moves the ids of elements out of `value`; in their place are their numbers in `elements`.
fn take_elements(value: &mut Value, elements: &mut Vec<Value>) {
    match value {
        Value::Object(parts) => {
            if let Some(id) = parts.get_mut(ELEMENT) {
                elements.push(id.take());
                *id = json!(elements.len() - 1);
            } else {
                parts.values_mut().for_each(|part| take_elements(part, elements));
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| take_elements(part, elements)),
        _ => {}
    }
}

/// The other way round: `elements` as BiDi describes them.
fn put_elements(value: &mut Value, elements: &[Value]) {
    match value {
        Value::Object(parts) => {
            if let Some(id) = parts.get_mut(ELEMENT) {
                let number = id.as_u64().and_then(|number| usize::try_from(number).ok());
                *id = number.and_then(|number| elements.get(number)).map_or(Value::Null, |it| it["sharedId"].clone());
            } else {
                parts.values_mut().for_each(|part| put_elements(part, elements));
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| put_elements(part, elements)),
        _ => {}
    }
}

#[async_trait::async_trait]
impl HttpClient for Firefox {
    async fn send(&self, request: Request<Body<'_>>) -> WebDriverResult<Response<Bytes>> {
        let (head, body) = request.into_parts();
        let body = match body {
            Body::Json(body) => body.clone(),
            Body::Empty => Value::Null,
        };
        // /session, or /session/<id>/…
        let path: Vec<&str> = head.uri.path().split('/').filter(|part| !part.is_empty()).skip(2).collect();
        let answer = async { self.session.lock().await.answer(head.method.as_str(), &path, &body).await };
        let (status, value) = match tokio::time::timeout(self.patience, answer).await {
            Ok(Ok(value)) => (200, value),
            Ok(Err(Refusal(error, message))) => (400, json!({ "error": error, "message": message, "stacktrace": "" })),
            Err(_) => {
                let message = format!("no answer from Firefox after {:?}", self.patience);
                (408, json!({ "error": "timeout", "message": message, "stacktrace": "" }))
            }
        };
        let answer = Response::builder().status(status).body(Bytes::from(json!({ "value": value }).to_string()));
        answer.map_err(|error| WebDriverError::RequestFailed(error.to_string()))
    }

    async fn new(&self) -> Arc<dyn HttpClient> {
        Arc::new(self.clone())
    }
}
