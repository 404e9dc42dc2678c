//! Colours that the system forces, as in Windows' contrast themes.

use anyhow::{Result, ensure};
use serde_json::json;
use site_tests::{Look, Server, ServerOptions, Setup, reading};

#[tokio::test]
async fn forced_colours_overrule_the_books_and_patterns_tell_apart() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("forced_colours", Look::default(), async |reader| {
        // A dark system, and a reader who had chosen the light book.
        let dark = json!([
            { "name": "forced-colors", "value": "active" },
            { "name": "prefers-color-scheme", "value": "dark" },
        ]);
        reader.devtools("Emulation.setEmulatedMedia", json!({ "features": dark })).await?;
        let choose = json!({ "source": "localStorage.setItem('book-theme', 'light')" });
        reader.devtools("Page.addScriptToEvaluateOnNewDocument", choose).await?;
        for page in ["embed/example-rpc-timeline.html", "embed/example-topology.html", "embed/example-call-chain.html"] {
            reader.goto(&server.url(page)).await?;
            reader.wake_demos().await?;
            let faint = reader
                .js("const light = (colour) => {
                        const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
                        const part = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
                        return a === 0 ? null : 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
                    };
                    const ground = light(getComputedStyle(document.querySelector('.figure')).backgroundColor);
                    const faint = ground > 0.2 ? ['the ground is light'] : [];
                    const drawn = '.way, .life, .head, .link, .body, .curve, .leg, .stop circle';
                    for (const shape of document.querySelectorAll(`.figure svg :is(${drawn})`)) {
                        const { fill, stroke } = getComputedStyle(shape);
                        const seen = [fill, stroke].filter((it) => it !== 'none').map(light).filter((it) => it !== null);
                        if (!seen.some((it) => (Math.max(it, ground) + 0.05) / (Math.min(it, ground) + 0.05) >= 3)) faint.push(`${shape.getAttribute('class')}: ${fill}, ${stroke}`);
                    }
                    return faint")
                .await?;
            ensure!(faint == json!([]), "{page}: {faint:#}");
        }
        reader.goto(&server.url("time-causality/architectural-models-rpc/client-server-p2p.html")).await?;
        let alike = reader
            .js("const look = (line) => (({ strokeDasharray, strokeWidth, strokeLinecap }) => `${strokeDasharray} ${strokeWidth} ${strokeLinecap}`)(getComputedStyle(line));
                const alike = [];
                let most = 0;
                for (const chart of document.querySelectorAll('.chart')) {
                    const keys = [...chart.querySelectorAll('.key')];
                    const looks = keys.map((key) => look(key.querySelector('.curve')));
                    most = Math.max(most, keys.length);
                    if (new Set(looks).size < looks.length) alike.push(`${chart.textContent}: ${looks}`);
                    for (const curve of chart.querySelectorAll(':scope > svg :is(.past, .ahead) .curve')) {
                        if (!looks.includes(look(curve))) alike.push(`no key for ${curve.getAttribute('class')} in ${chart.textContent}`);
                    }
                }
                if (most < 4) alike.push('no chart with four curves');
                return alike")
            .await?;
        ensure!(alike == json!([]), "{alike:#}");
        Ok(())
    })
    .await
}
