//! A static server with the faults of real ones.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};

use crate::Setup;

/// How to serve.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The path that the site lies under; begins and ends with `/`.
    pub base: String,
    /// What is said of `.wasm` files instead of `application/wasm`.
    pub wasm_type: Option<String>,
    /// Whether texts and modules are compressed, as public hosts do.
    pub gzip: bool,
    /// Whether pages get a script that keeps what goes wrong in them; see [`crate::Reader::complaints`].
    pub recorder: bool,
    /// Whether browsers may keep what they got for ten minutes, as GitHub Pages lets them, or have to ask each time.
    pub keep: bool,
    /// Scripts that come with a syntax error in them: their paths in the site, without the hash in their names.
    pub broken: Vec<String>,
    /// Pages that are not the site's, by path from the root of the server, such as `/host.html`.
    pub pages: Vec<(String, String)>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            base: "/".into(),
            wasm_type: None,
            gzip: false,
            recorder: true,
            keep: true,
            broken: Vec::new(),
            pages: Vec::new(),
        }
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What was asked for: the path, without the query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// The bytes of its body, as sent.
    pub bytes: usize,
}

/// A server on a free port of this machine, for as long as the runtime of the test.
#[derive(Clone, Debug)]
pub struct Server {
    address: SocketAddr,
    base: String,
    hits: Arc<Mutex<Vec<Hit>>>,
    anew: Arc<AtomicBool>,
}

struct Shared {
    site: PathBuf,
    options: ServerOptions,
    hits: Arc<Mutex<Vec<Hit>>>,
    anew: Arc<AtomicBool>,
}

/// A browser asks for it by itself where a page names no icon.
const FAVICON: &str = "/favicon.ico";

const RECORDER_PATH: &str = "/__recorder.js";

/// Where every server has axe-core.
pub(crate) const AXE_PATH: &str = "/__axe.js";

impl Server {
    /// Serves the folder `site`.
    pub async fn start(site: &Path, options: ServerOptions) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no free port")?;
        let server = Self {
            address: listener.local_addr()?,
            base: options.base.clone(),
            hits: Arc::default(),
            anew: Arc::default(),
        };
        let shared = Shared { site: site.to_owned(), options, hits: server.hits.clone(), anew: server.anew.clone() };
        let router = Router::new().fallback(answer).with_state(Arc::new(shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(server)
    }

    /// The address of a page of the site.
    pub fn url(&self, page: &str) -> String {
        format!("{}{}{page}", self.origin(), self.base)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same server under a name that a browser takes for another site.
    pub fn foreign_origin(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// From now on the site is one that was published anew: its compiled demos and what belongs to them have other names,
    /// which its pages tell, and the old ones are gone.
    pub fn publish_anew(&self) {
        self.anew.store(true, Ordering::Relaxed);
    }

    /// Everything that was asked for so far.
    pub fn hits(&self) -> Vec<Hit> {
        lock(&self.hits).clone()
    }

    /// What was asked for and was not there.
    pub fn missing(&self) -> Vec<String> {
        self.hits().into_iter().filter(|hit| hit.status == 404).map(|hit| hit.path).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path == FAVICON {
        return StatusCode::NO_CONTENT.into_response();
    }
    let found = if request.method() == Method::GET { content(&shared, &path) } else { None };
    let (status, kind, mut body) = match found {
        Some((kind, body)) => (StatusCode::OK, kind, body),
        None => match content(&shared, &format!("{}404.html", shared.options.base)) {
            Some((kind, body)) => (StatusCode::NOT_FOUND, kind, body),
            None => (StatusCode::NOT_FOUND, "text/plain".into(), b"not found".to_vec()),
        },
    };
    let compressible = kind.starts_with("text/")
        || ["application/wasm", "application/json", "image/svg+xml"].iter().any(|prefix| kind.starts_with(prefix));
    let gzip = shared.options.gzip && compressible;
    if gzip {
        body = compressed(&body);
    }
    lock(&shared.hits).push(Hit { path, status: status.as_u16(), bytes: body.len() });
    let keep = if shared.options.keep { "max-age=600" } else { "no-store" };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep.to_owned())];
    let mut response = (status, headers, Body::from(body)).into_response();
    if gzip {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// What lies at `path`: its type and its bytes.
fn content(shared: &Shared, path: &str) -> Option<(String, Vec<u8>)> {
    const HTML: &str = "text/html; charset=utf-8";
    if path == RECORDER_PATH {
        return Some(("text/javascript".into(), include_bytes!("recorder.js").to_vec()));
    }
    if path == AXE_PATH {
        let modules = Setup::find().ok()?.node_modules;
        return Some(("text/javascript".into(), fs::read(modules.join("axe-core/axe.min.js")).ok()?));
    }
    let page = shared.options.pages.iter().find(|(name, _)| name == path);
    if let Some((_, page)) = page {
        return Some((HTML.into(), page.clone().into_bytes()));
    }
    let inside = path.strip_prefix(&shared.options.base)?;
    if inside.split('/').any(|part| part == ".." || part.contains('\\')) {
        return None;
    }
    let anew = shared.anew.load(Ordering::Relaxed);
    let inside = match renamed(inside) {
        // Nothing has that name any longer.
        new if anew && new != inside => return None,
        _ if anew => inside.replace(NEW, "-"),
        _ => inside.to_owned(),
    };
    if shared.options.broken.contains(&unhashed(&inside)) {
        return Some(("text/javascript".into(), b"this is no (script".to_vec()));
    }
    let mut file = shared.site.join(&inside);
    if inside.is_empty() || inside.ends_with('/') {
        file.push("index.html");
    }
    let bytes = fs::read(&file).ok()?;
    let mut kind = mime_guess::from_path(&file).first_or_octet_stream().to_string();
    if kind == "text/html" {
        kind = HTML.into();
        let html = String::from_utf8_lossy(&bytes);
        let html = if anew { renamed(&html) } else { html.into_owned() };
        if shared.options.recorder {
            let tag = format!("<head><script src=\"{RECORDER_PATH}\"></script>");
            return Some((kind, html.replacen("<head>", &tag, 1).into_bytes()));
        }
        return Some((kind, html.into_bytes()));
    }
    if file.extension().is_some_and(|extension| extension == "wasm")
        && let Some(wrong) = &shared.options.wasm_type
    {
        kind.clone_from(wrong);
    }
    Some((kind, bytes))
}

/// A path without the hash of its name: `js/theme-0123abcd.js` as `js/theme.js`.
fn unhashed(path: &str) -> String {
    let (stem, ending) = path.split_once('.').unwrap_or((path, ""));
    match stem.rsplit_once('-') {
        Some((plain, hash)) if matches!(hash.len(), 8 | 16) && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{plain}.{ending}")
        }
        _ => path.to_owned(),
    }
}

/// What a new name has where the old one has a hyphen before its hash.
const NEW: &str = "-anew";

/// A text with the new names of files in the place of the old: those with 16 hexadecimal digits before the ending.
fn renamed(text: &str) -> String {
    let mut parts = text.split('-');
    let mut new = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let hash = part.split_once('.').map_or("", |(hash, _)| hash);
        let hashed = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        new.push_str(if hashed { NEW } else { "-" });
        new.push_str(part);
    }
    new
}

/// With the level that servers commonly use.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    // Writing into memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
