//! A SCORM host that others wrote, over HTTP: upload, play, leave, resume, grade.

use std::{path::Path, process::Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Look, Setup, reading};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use crate::{
    course::{FIGURE, answer, enter_exercises, percent, until_shown},
    packages,
};

#[tokio::test]
async fn a_host_takes_the_package_and_keeps_the_grade() -> Result<()> {
    let data = Setup::find()?.artifacts.join("scormhost");
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir_all(&data)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lms/scormhost_server.py");
    let editions = ["1.2", "2004"];
    let mut command = Command::new(packages::program("LMS_PYTHON")?);
    command.arg(script).arg(&data);
    for edition in editions {
        command.arg(packages::scorm_file(edition)?);
    }
    // It ends when its input does, and that with this test.
    let mut host = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let line = BufReader::new(host.stdout.take().context("its output")?).lines().next_line().await?;
    let started: Value = serde_json::from_str(&line.context("scormhost did not start")?)?;
    let address = started["address"].as_str().context("its address")?;

    reading("scormhost", Look::default(), async |reader| {
        for (edition, package) in editions.iter().zip(started["packages"].as_array().context("packages")?) {
            let id = package.as_str().context("a package's id")?;
            let launch = format!("{address}/packages/{id}");
            let enter = async || {
                reader.goto(&launch).await?;
                reader.until("the package's page", "document.getElementById('scormhost-content')?.src").await?;
                reader.driver.enter_frame(0).await?;
                reader.until("the wrapper", "document.body?.dataset.saved").await
            };
            enter().await?;
            enter_exercises(reader).await?;
            answer(reader, FIGURE, [3, 1], "").await?;
            let seen = percent(2)?;
            reader.driver.enter_parent_frame().await?;
            until_shown(reader, seen).await.with_context(|| format!("scormhost, {edition}"))?;

            reader.goto(&format!("{address}/health")).await?;
            let grade = async || -> Result<Value> {
                reader
                    .driver
                    .execute_async(
                        "const [id, done] = arguments;
                         fetch(`/api/scorm/${id}/cmi?launch=lms.html`).then((it) => it.json()).then((it) => done(it.elements), (e) => done(String(e)))",
                        vec![json!(id)],
                    )
                    .await
                    .map(|value| value.json().clone())
                    .context("the grade")
            };
            let cmi = grade().await?;
            let score = if *edition == "2004" { "cmi.score.raw" } else { "cmi.core.score.raw" };
            ensure!(cmi[score] == json!(seen.to_string()), "{edition}: the student saw {seen}: {cmi:#}");

            // Another day, and one more figure.
            enter().await?;
            until_shown(reader, seen).await.with_context(|| format!("scormhost again, {edition}"))?;
            enter_exercises(reader).await?;
            answer(reader, "predict-duplicate", [3, 1], "").await?;
            reader.driver.enter_parent_frame().await?;
            let more = "document.getElementById('counts').textContent.startsWith('4 of')";
            reader.until("two points more", more).await?;
            until_shown(reader, percent(4)?).await?;
            reader.goto(&format!("{address}/health")).await?;
            let cmi = grade().await?;
            ensure!(cmi[score] == json!(percent(4)?.to_string()), "{edition}: {cmi:#}");
        }
        Ok(())
    })
    .await
}
