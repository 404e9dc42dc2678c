//! The demos, through what a reader does with them.

use anyhow::{Result, ensure};
use site_tests::{Look, PICTURE, Server, ServerOptions, Setup, reading};

#[tokio::test]
async fn the_first_picture_is_the_prerendered_one() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("prerendered", Look::default(), async |reader| {
        for page in setup.embed_pages()? {
            reader.goto(&server.url(&page)).await?;
            let ids = reader.wake_demos().await?;
            ensure!(ids.len() == 1, "{page}: {} demos", ids.len());
            // The file itself, parsed but not run.
            let html = std::fs::read_to_string(setup.site.join(&page))?;
            let script = format!(
                "const before = new DOMParser().parseFromString(arguments[0], 'text/html').querySelector('.demo {PICTURE}');
                 const after = document.querySelector('.demo {PICTURE}');
                 return [before.querySelector('title').textContent, after.querySelector('title').textContent,
                         before.getAttribute('viewBox'), after.getAttribute('viewBox')]"
            );
            let pair = reader.js_with(&script, vec![html.into()]).await?;
            ensure!(
                pair[0] == pair[1] && pair[2] == pair[3],
                "{page}: the picture changes when the demo wakes: {pair}"
            );
        }
        Ok(())
    })
    .await
}
