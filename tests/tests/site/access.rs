//! Every page in every look: whatever the screen and the colours, axe-core finds nothing and nothing sticks out.

use anyhow::{Result, ensure};
use site_tests::{Look, Reader, Scheme, Server, ServerOptions, Setup, Size, reading, summary};

/// Opens each page once and shows it on each screen and in each scheme; tells everything that is wrong at once.
///
/// No rule of axe-core is left out anywhere. Those that depend on no colour are asked in one of the two schemes, for
/// between these only colours differ: [`only_colours_depend_on_the_scheme`].
async fn in_every_look(name: &str, pages: &[String]) -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading(name, Look::default(), async |reader| {
        let mut wrong = Vec::new();
        for page in pages {
            reader.goto(&server.url(page)).await?;
            reader.wake_demos().await?;
            let mut found = vec![("on a wide screen", reader.axe().await?)];
            reader.prefer(Scheme::Dark).await?;
            found.push(("on a wide screen in the dark", reader.axe_colours().await?));
            reader.resize(Size::Narrow).await?;
            found.push(("on a phone in the dark", reader.axe().await?));
            reader.prefer(Scheme::Light).await?;
            found.push(("on a phone", reader.axe_colours().await?));
            reader.resize(Size::Smallest).await?;
            found.push(("on the smallest phone", too_wide(reader).await?));
            reader.resize(Size::Wide).await?;
            for (look, findings) in found {
                wrong.extend(findings.into_iter().map(|(what, place)| (what, format!("{page} {look}: {place}"))));
            }
        }
        ensure!(wrong.is_empty(), "{}", summary(&wrong));
        Ok(())
    })
    .await
}

/// What makes the page wider than the smallest phone.
async fn too_wide(reader: &Reader) -> Result<Vec<(String, String)>> {
    // Touch screens zoom out to what sticks out, and the window's width with them.
    let width = reader.js("return Math.max(innerWidth, document.documentElement.scrollWidth)").await?;
    if width.as_u64() <= Some(320) {
        return Ok(vec![]);
    }
    let script = "return [...document.querySelectorAll('body *')].filter((e) => {
        const box = e.getBoundingClientRect(); return box.width && box.right > 321; })
        .slice(0, 5).map((e) => e.tagName + '.' + (e.getAttribute('class') ?? ''))";
    Ok(vec![("wider than 320 px".to_owned(), format!("{width} px: {}", reader.js(script).await?))])
}

#[tokio::test]
async fn nothing_is_wrong_with_any_page_in_any_look() -> Result<()> {
    let mut pages = Setup::find()?.pages()?;
    pages.retain(|page| !page.starts_with("embed/"));
    in_every_look("pages_in_every_look", &pages).await
}

#[tokio::test]
async fn nothing_is_wrong_with_embedded_demos_in_any_look() -> Result<()> {
    in_every_look("embeds_in_every_look", &Setup::find()?.some_embed_pages()?).await
}

/// Style sheets ask for the scheme by `light-dark()` only, which can stand for nothing but a colour, and scripts do
/// not ask for it.
#[tokio::test]
async fn only_colours_depend_on_the_scheme() -> Result<()> {
    let setup = Setup::find()?;
    let mut sheets = 0;
    for file in setup.files()? {
        if ![".css", ".js", ".wasm"].iter().any(|kind| file.ends_with(kind)) {
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(setup.site.join(&file))?).into_owned();
        // For browsers without `light-dark()` the builder writes which of its two colours is meant, and nothing else.
        let mut asked = text.split("prefers-color-scheme").skip(1);
        let only_colours = |rule: &str| {
            let declarations = rule.split_once('}').and_then(|(rule, _)| rule.rsplit_once('{'));
            declarations.is_some_and(|(_, all)| all.split(';').all(|one| one.trim().starts_with("--lightningcss-")))
        };
        ensure!(asked.all(only_colours), "{file} asks for the scheme");
        sheets += usize::from(file.ends_with(".css") && text.contains("--lightningcss-light"));
    }
    ensure!(sheets > 0, "no style sheet has colours for two schemes");
    Ok(())
}
