//! `serve`: the site on this machine, rebuilt and reloaded as its sources change.

use std::{
    convert::Infallible,
    io::ErrorKind,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, bail};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response, Sse, sse},
    routing::get,
};
use clap::Args;
use tokio::sync::watch::{Receiver, Sender};
use tokio_stream::{Stream, StreamExt, wrappers::WatchStream};
use tower_http::services::{ServeDir, ServeFile};

use crate::{
    project::Project,
    run,
    site::{self, Site, Stale},
    watch::{self, Snapshot},
};

/// The policy that every page also states itself: as a header it holds for the server's own pages.
const CSP: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
                   object-src 'none'; base-uri 'self'; form-action 'none'";

/// Reloads the page it is put into; see [`Status`] for what it is told.
const RELOAD_SCRIPT: &str = include_str!("reload.js");

/// How long a changed file waits until it is noticed.
const POLL: Duration = Duration::from_millis(150);

/// How many ports are tried, from the wished one on.
const PORTS: u16 = 20;

/// What to serve, and where.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The port; the next free one is taken if it is in use
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Optimise the demos' modules for readers: small, but slower to compile
    #[arg(long)]
    release: bool,
}

/// What open pages are told.
#[derive(Clone, Debug)]
struct Status {
    /// Which build is being served. Another number than the page was loaded with means: reload.
    build: u64,
    /// Whether a build failed after that one.
    failed: bool,
}

/// `cargo xtask serve`
pub fn command(project: Project, options: &Options) -> Result<()> {
    let listener = listen(options.port)?;
    site::ensure_target()?;
    let book = project.book();
    let site = Site::new(project.clone(), site::Options { release: options.release, base_url: None }, book.clone());

    // The time as the first number: pages that outlive this server reload when the next one comes.
    let first = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(1, |time| time.as_secs());
    let (sender, receiver) = tokio::sync::watch::channel(Status { build: first, failed: false });

    let mut sources = Sources { seen: Snapshot::take(&project.root), stale: Stale { modules: true, builder: true } };
    let built = sources.build(&site);
    sender.send_modify(|status| status.failed = !built);
    eprintln!("\n  {}", run::paint("1;32", &format!("http://{}/", listener.local_addr()?)));
    eprintln!("  Save a lesson, the theme or a demo and the page reloads. Ctrl-C stops.\n");

    thread::spawn(move || sources.watch(&project.root, &site, &sender));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the server")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, router(&book, receiver)).await
    })?;
    Ok(())
}

/// Listens on this machine only, on `wished` or the next free port.
fn listen(wished: u16) -> Result<TcpListener> {
    for port in wished..=wished.saturating_add(PORTS) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => {
                if port != wished {
                    eprintln!("port {wished} is in use; taking {}", listener.local_addr()?.port());
                }
                listener.set_nonblocking(true)?;
                return Ok(listener);
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot listen on 127.0.0.1:{port}; try --port"));
            }
        }
    }
    bail!("ports {wished} to {} are all in use; name another with --port", wished.saturating_add(PORTS))
}

/// The sources as they were when last looked at.
struct Sources {
    seen: Snapshot,
    /// What is to be compiled; kept when compiling fails.
    stale: Stale,
}

impl Sources {
    /// Rebuilds whenever a source changes, and tells the open pages.
    fn watch(&mut self, root: &Path, site: &Site, sender: &Sender<Status>) {
        loop {
            thread::sleep(POLL);
            let now = Snapshot::take(root);
            let changes = self.seen.changes(&now);
            if changes.is_empty() {
                continue;
            }
            // Taken before the build: what changes while it runs is built next.
            self.seen = now;
            let more = watch::stale(&changes);
            self.stale.modules |= more.modules;
            self.stale.builder |= more.builder;
            run::step(&changed(&changes));
            let built = self.build(site);
            sender.send_modify(|status| {
                status.failed = !built;
                status.build += u64::from(built);
            });
        }
    }

    /// Builds and says how it went.
    fn build(&mut self, site: &Site) -> bool {
        let start = Instant::now();
        let compiled = site.compile(self.stale);
        if compiled.is_ok() {
            self.stale = Stale::default();
        }
        match compiled.and_then(|()| site.write()) {
            Ok(()) => {
                eprintln!("built in {:.1} s", start.elapsed().as_secs_f64());
                true
            }
            Err(error) => {
                eprintln!("{} {error:#}; pages stay as they were", run::paint("1;31", "error:"));
                false
            }
        }
    }
}

/// The changed files in a few words.
fn changed(paths: &[PathBuf]) -> String {
    match paths {
        [] => "nothing changed".to_owned(),
        [one] => format!("{} changed", one.display()),
        [one, rest @ ..] => format!("{} and {} more changed", one.display(), rest.len()),
    }
}

fn router(book: &Path, status: Receiver<Status>) -> Router {
    let files = ServeDir::new(book).not_found_service(ServeFile::new(book.join("404.html")));
    Router::new()
        .route("/__reload", get(events))
        .route("/__reload.js", get(|| async { ([(header::CONTENT_TYPE, "text/javascript")], RELOAD_SCRIPT) }))
        .fallback_service(files)
        .layer(middleware::from_fn_with_state(status.clone(), finish))
        .with_state(status)
}

/// Tells a page the status, now and at every change.
async fn events(State(status): State<Receiver<Status>>) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let stream = WatchStream::new(status).map(|Status { build, failed }| {
        Ok(sse::Event::default().data(format!(r#"{{"build":{build},"failed":{failed}}}"#)))
    });
    Sse::new(stream).keep_alive(sse::KeepAlive::default())
}

/// Puts the reload script into pages, and the headers on everything.
async fn finish(State(status): State<Receiver<Status>>, request: Request, next: Next) -> Response {
    let build = status.borrow().build;
    let mut response = next.run(request).await;
    let html =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    // Before the first successful build there is no page, not even one for "not found".
    let nothing_yet =
        response.status() == StatusCode::NOT_FOUND && response.headers().get(header::CONTENT_TYPE).is_none();
    if html || nothing_yet {
        let (mut head, body) = response.into_parts();
        let page = match to_bytes(body, usize::MAX).await {
            Ok(bytes) if html => String::from_utf8_lossy(&bytes).into_owned(),
            Ok(_) => NO_PAGE.to_owned(),
            Err(error) => {
                return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response();
            }
        };
        head.headers.remove(header::CONTENT_LENGTH);
        head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        let script = format!(r#"<script src="/__reload.js" data-build="{build}" defer></script></head>"#);
        response = Response::from_parts(head, Body::from(page.replacen("</head>", &script, 1)));
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

    response
}

/// What is shown while there is no site at all.
const NO_PAGE: &str = "<!doctype html><html lang=en><head><meta charset=utf-8><title>Not found</title></head>\
    <body><h1>Not found</h1><p>There is no such page. If the build failed, the terminal says why; this page \
    reloads when it succeeds.</p></body></html>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_stepped_over() {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let busy = first.local_addr().unwrap().port();
        let second = listen(busy).unwrap();
        assert_ne!(second.local_addr().unwrap().port(), busy);
    }

    #[test]
    fn changes_are_summed_up() {
        assert_eq!(changed(&["src/a.md".into()]), "src/a.md changed");
        assert_eq!(changed(&["a".into(), "b".into(), "c".into()]), "a and 2 more changed");
    }
}
