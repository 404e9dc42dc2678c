//! `bench`
#[derive(clap::Args)]
pub struct Options {}
pub fn command(_: &crate::project::Project, _: &Options) -> anyhow::Result<()> {
    Ok(())
}
