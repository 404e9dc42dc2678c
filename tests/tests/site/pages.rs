//! Every page, wherever it is put: nothing goes wrong, nothing is missing, nothing comes from elsewhere.

use anyhow::{Result, ensure};
use site_tests::{Look, Scheme, Server, ServerOptions, Setup, Size, reading};

/// Visits every page under `options` and wakes its demos.
async fn every_page(name: &str, look: Look, options: ServerOptions) -> Result<()> {
    let setup = Setup::find()?;
    let at_root = options.base == "/";
    let server = Server::start(&setup.site, options).await?;
    reading(name, look, async |reader| {
        for page in setup.pages()? {
            // It is shown at addresses of any depth, so its links need the address that the site is
            // built for, and these tests' site is built for "/".
            if page == "404.html" && !at_root {
                continue;
            }
            reader.goto(&server.url(&page)).await?;
            reader.wake_demos().await?;
            reader.ensure_quiet(&page).await?;
            for request in reader.requests().await? {
                let inside = ["data:", "blob:", "about:"].iter().any(|scheme| request.starts_with(scheme))
                    || request.starts_with(&server.url(""))
                    // The tests' own script, and what a browser asks for by itself.
                    || ["/__recorder.js", "/favicon.ico"].iter().any(|path| request == format!("{}{path}", server.origin()));
                ensure!(inside, "{page} asks for {request}");
            }
        }
        Ok(())
    })
    .await?;
    ensure!(server.missing().is_empty(), "pages ask for what is not there: {:?}", server.missing());
    Ok(())
}

#[tokio::test]
async fn every_page_is_quiet_and_asks_for_nothing_from_elsewhere() -> Result<()> {
    every_page("every_page", Look::default(), ServerOptions::default()).await
}

#[tokio::test]
async fn every_page_works_on_a_phone_in_the_dark_with_reduced_motion() -> Result<()> {
    let look = Look { scheme: Scheme::Dark, size: Size::Narrow, reduced_motion: true, ..Look::default() };
    every_page("every_page_narrow", look, ServerOptions::default()).await
}

#[tokio::test]
async fn every_page_works_under_a_sub_path() -> Result<()> {
    every_page("sub_path", Look::default(), ServerOptions { base: "/curriculum/".into(), ..ServerOptions::default() })
        .await
}

#[tokio::test]
async fn every_page_states_the_policy() -> Result<()> {
    let setup = Setup::find()?;
    for page in setup.pages()? {
        let html = std::fs::read_to_string(setup.site.join(&page))?;
        let policy = html
            .split_once("http-equiv=\"Content-Security-Policy\"")
            .and_then(|(_, rest)| rest.split_once("content=\"")?.1.split('"').next())
            .map(|policy| policy.replace("&#39;", "'").replace("&#x27;", "'").replace("&apos;", "'"));
        let Some(policy) = policy else { anyhow::bail!("{page} states no Content-Security-Policy") };
        for directive in
            ["default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "object-src 'none'", "base-uri 'self'"]
        {
            ensure!(policy.split("; ").any(|stated| stated == directive), "{page}: no {directive} in {policy}");
        }
        ensure!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{page}: {policy}");
    }
    Ok(())
}

/// A page that slides to where a link or the keyboard's focus leads takes from under the pointer what a reader is about
/// to click.
#[tokio::test]
async fn no_page_slides() -> Result<()> {
    let setup = Setup::find()?;
    for file in setup.files()? {
        if file.ends_with(".css") || file.ends_with(".js") {
            let text = std::fs::read_to_string(setup.site.join(&file))?.replace(' ', "");
            let slides = ["scroll-behavior:smooth", "behavior:\"smooth\""].iter().any(|words| text.contains(words));
            ensure!(!slides, "{file} scrolls smoothly");
        }
    }
    Ok(())
}

#[tokio::test]
async fn no_file_names_a_folder_of_the_machine_that_built_it() -> Result<()> {
    let setup = Setup::find()?;
    let folders = [
        Some(env!("CARGO_MANIFEST_DIR").trim_end_matches("/tests").to_owned()),
        std::env::var("HOME").ok(),
        std::env::var("CARGO_HOME").ok(),
    ];
    let folders: Vec<String> = folders
        .into_iter()
        .flatten()
        .filter(|folder| folder.len() > 1)
        .map(|folder| format!("{}/", folder.trim_end_matches('/')))
        .collect();
    for file in setup.files()? {
        let bytes = std::fs::read(setup.site.join(&file))?;
        for folder in &folders {
            let found = bytes.windows(folder.len()).any(|window| window == folder.as_bytes());
            ensure!(!found, "{file} contains {folder}");
        }
    }
    Ok(())
}
