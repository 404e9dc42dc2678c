//! axe-core over every page.

use anyhow::{Result, ensure};
use site_tests::{Look, Scheme, Server, ServerOptions, Setup, Size, reading, summary};

/// Everything that axe-core finds in any page, told at once.
async fn no_violation(name: &str, scheme: Scheme, size: Size) -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading(name, Look { scheme, size, ..Look::default() }, async |reader| {
        let mut violations = Vec::new();
        for page in setup.pages()? {
            reader.goto(&server.url(&page)).await?;
            reader.wake_demos().await?;
            violations.extend(reader.axe().await?.into_iter().map(|(what, place)| (what, format!("{page} {place}"))));
        }
        ensure!(violations.is_empty(), "{}", summary(&violations));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn no_violation_in_light() -> Result<()> {
    no_violation("axe_light", Scheme::Light, Size::Wide).await
}

#[tokio::test]
async fn no_violation_in_dark() -> Result<()> {
    no_violation("axe_dark", Scheme::Dark, Size::Wide).await
}

#[tokio::test]
async fn no_violation_on_a_phone_in_light() -> Result<()> {
    no_violation("axe_light_narrow", Scheme::Light, Size::Narrow).await
}

#[tokio::test]
async fn no_violation_on_a_phone_in_dark() -> Result<()> {
    no_violation("axe_dark_narrow", Scheme::Dark, Size::Narrow).await
}
