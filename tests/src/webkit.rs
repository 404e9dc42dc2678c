//! WebKit: its GTK port, which comes with a WebDriver of its own, on a screen that nobody sees.

use std::{net::Ipv4Addr, process::Stdio, time::Duration};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};

/// Starts a screen and WebKitWebDriver on it; returns their processes and the driver's address. It starts its own
/// MiniBrowser for each session, without a profile.
pub(crate) async fn start(driver: &str, xvfb: &str) -> Result<(Vec<Child>, String)> {
    let mut screen = Command::new(xvfb)
        // It chooses a number that is free, and says it.
        .args(["-displayfd", "1", "-screen", "0", "1400x1100x24", "-nolisten", "tcp"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {xvfb}: `cargo xtask test` installs it or says how"))?;
    let number = BufReader::new(screen.stdout.take().context("the screen's output")?).lines().next_line().await?;
    let number = number.with_context(|| format!("{xvfb} ended before it had a screen"))?;
    for _ in 0..3 {
        if let Some((driver, address)) = try_driver(driver, number.trim()).await? {
            return Ok((vec![driver, screen], address));
        }
    }
    bail!("{driver} ended three times before it answered")
}

/// `None` if it ended: the driver does not look for a port itself, and another program may take the same.
async fn try_driver(program: &str, display: &str) -> Result<Option<(Child, String)>> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no free port")?.local_addr()?.port();
    let mut child = Command::new(program)
        .arg(format!("--port={port}"))
        .env("DISPLAY", format!(":{display}"))
        .env_remove("WAYLAND_DISPLAY")
        .env("GDK_BACKEND", "x11")
        // Neither a bus for screen readers nor the desktop's settings: the test is the same everywhere.
        .env("NO_AT_BRIDGE", "1")
        .env("GSETTINGS_BACKEND", "memory")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {program}: `cargo xtask test` installs it or says how"))?;
    while child.try_wait()?.is_none() {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
            return Ok(Some((child, format!("http://127.0.0.1:{port}"))));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(None)
}
