//! The page in a real browser, headless: it loads from a file without errors and requests, fits the window,
//! follows the dark setting, and prints.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::sample::Sample;

/// The browser, if one is installed.
fn browser() -> Option<PathBuf> {
    let directories: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = names.iter().find_map(|name| {
        directories.iter().map(|directory| directory.join(name)).find(|path| path.is_file())
    });
    if found.is_none() {
        eprintln!("skipped: no chromium, chromium-browser or google-chrome is installed");
    }
    found
}

struct Browser {
    program: PathBuf,
    place: TempDir,
}

struct Seen {
    stdout: String,
    stderr: String,
}

impl Browser {
    fn start() -> Option<Browser> {
        Some(Browser { program: browser()?, place: tempfile::tempdir().unwrap() })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.at(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn open(&self, page: &Path, flags: &[&str]) -> Seen {
        let mut command = assert_cmd::Command::new(&self.program);
        command
            .args(["--headless", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-component-update"])
            .arg("--disable-dev-shm-usage")
            .arg(format!("--user-data-dir={}", self.at("profile").display()))
            .args(flags)
            .arg(format!("file://{}", page.display()))
            .env("HOME", self.place.path())
            .timeout(Duration::from_secs(120));
        // The browser's own sandbox can't be had as root, as in most containers.
        if rustix::process::geteuid().is_root() {
            command.arg("--no-sandbox");
        }
        let out = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Seen { stdout: text(out.stdout), stderr: text(out.stderr) }
    }

    /// What a script that is put into a copy of the page finds out, in a frame of this width: the browser
    /// has no windows of its own that are as narrow as a telephone.
    fn ask(&self, page: &str, script: &str, width: u32, flags: &[&str]) -> String {
        let policy = page.lines().find(|line| line.contains("Content-Security-Policy")).unwrap();
        let script = format!(
            "<script>addEventListener('load', () => parent.postMessage({script}, '*'))</script></body>"
        );
        self.put("asked.html", &page.replace(policy, "").replace("</body>", &script));
        let around = format!(
            "<!DOCTYPE html><script>addEventListener('message', message => \
             document.documentElement.setAttribute('data-answer', message.data))</script>\
             <iframe src='asked.html' style='width: {width}px; height: 900px; border: 0'></iframe>"
        );
        let flags = [flags, &["--dump-dom", "--virtual-time-budget=10000"]].concat();
        let seen = self.open(&self.put("around.html", &around), &flags);
        let (_, answer) = seen.stdout.split_once("data-answer=\"").expect("an answer");
        answer.split('"').next().unwrap().to_owned()
    }
}

#[test]
fn the_page_loads_without_errors_and_requests() {
    let Some(browser) = Browser::start() else { return };
    let sample = Sample::worked();
    let page = browser.put("report.html", &sample.write("html"));
    let log = format!("--log-net-log={}", browser.at("net.json").display());
    let seen = browser.open(&page, &["--dump-dom", &log]);
    assert!(!seen.stderr.contains("CONSOLE"), "{}", seen.stderr);
    for text in
        ["ATLAS coverage: Chat assistant", "Where we stand", "What to do first", "LLM Prompt Injection"]
    {
        assert!(seen.stdout.contains(text), "{text}");
    }
    let covered = format!(
        "{} of {} applicable",
        sample.overview.techniques.covered(),
        sample.overview.techniques.applicable()
    );
    assert!(seen.stdout.contains(&covered), "{covered}");
    // Starting itself, the browser asks for none of the addresses that stand in the page.
    let log = fs::read_to_string(browser.at("net.json")).unwrap();
    assert!(log.contains("report.html"), "the log is one of this page");
    for host in ["atlas.mitre.org", "github.com", "rules.example.org"] {
        assert!(!log.contains(host), "{host}");
    }
    // What is forbidden by the page is seen as an error, so this test would see one.
    let wild = sample.write("html").replace("</body>", "<script>alert(1)</script></body>");
    let seen = browser.open(&browser.put("wild.html", &wild), &["--dump-dom"]);
    assert!(
        seen.stderr.contains("CONSOLE") && seen.stderr.contains("Content Security Policy"),
        "{}",
        seen.stderr
    );
}

#[test]
fn nothing_is_wider_than_the_window() {
    let Some(browser) = Browser::start() else { return };
    let page = Sample::worked().write("html");
    // Elements in a frame that scrolls may be wider than it; all others must end within the window.
    let script = "(() => { const wide = [...document.body.querySelectorAll('*')].filter(e => \
                  e.getBoundingClientRect().right > innerWidth + 1 && \
                  !(e.parentElement.closest('.frame') && e.closest('.frame').getBoundingClientRect().right <= innerWidth + 1)); \
                  return [innerWidth, document.documentElement.scrollWidth, wide.length, \
                  wide.slice(0, 3).map(e => e.tagName + '.' + e.className).join(' ')].join(',') })()";
    for width in [1280, 375] {
        let answer = browser.ask(&page, script, width, &["--window-size=1400,1000"]);
        assert!(answer.starts_with(&format!("{width},{width},0,")), "{width}: {answer}");
    }
}

#[test]
fn dark_is_dark_and_light_is_light() {
    let Some(browser) = Browser::start() else { return };
    let page = Sample::worked().write("html");
    let script =
        "getComputedStyle(document.body).backgroundColor + ' ' + getComputedStyle(document.body).color";
    let light = browser.ask(&page, script, 800, &[]);
    assert_eq!(light, "rgb(255, 255, 255) rgb(27, 31, 36)");
    let dark = browser.ask(&page, script, 800, &["--force-dark-mode"]);
    assert_eq!(dark, "rgb(13, 17, 23) rgb(230, 237, 243)");
}

#[test]
fn it_prints_on_pages() {
    let Some(browser) = Browser::start() else { return };
    let page = browser.put("report.html", &Sample::worked().write("html"));
    let paper = format!("--print-to-pdf={}", browser.at("report.pdf").display());
    browser.open(&page, &["--no-pdf-header-footer", &paper]);
    let pdf = fs::read(browser.at("report.pdf")).expect("a PDF");
    assert!(pdf.starts_with(b"%PDF-"));
    let count = |what: &[u8]| pdf.windows(what.len()).filter(|window| *window == what).count();
    let pages = count(b"/Type /Page\n");
    assert!((8..60).contains(&pages), "{pages} pages");
    // The matrix lies across, the rest stands up.
    let across = count(b"/MediaBox [0 0 792 612]") + count(b"/MediaBox [0 0 841");
    assert!(across > 0 && across < pages / 2, "{across} of {pages} pages lie across");
}

/// Light over dark or the other way round: at least 4.5 to 1, as WCAG asks of text.
#[test]
fn every_state_can_be_read_in_light_and_dark() {
    let page = Sample::empty().write("html");
    let blocks: Vec<&str> =
        page.split(":root {").skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let colours: Vec<(&str, &str)> =
            block.split(';').filter_map(|line| line.trim().split_once(": #")).collect();
        let colour = |name: &str| {
            let (_, value) =
                colours.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name}"));
            luminance(value)
        };
        let mut pairs: Vec<(String, String)> =
            ["--ink", "--faint", "--link"].map(|name| (name.to_owned(), "--page".to_owned())).to_vec();
        pairs.push(("--link".to_owned(), "--panel".to_owned()));
        let states = colours.iter().filter(|(name, _)| name.ends_with("-ink") && *name != "--ink");
        pairs.extend(states.map(|(name, _)| ((*name).to_owned(), name.trim_end_matches("-ink").to_owned())));
        assert_eq!(pairs.len(), 4 + 9);
        for (ink, paper) in pairs {
            let (a, b) = (colour(&ink), colour(&paper));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 4.5, "{ink} on {paper}: {contrast:.2}");
        }
    }
}

fn luminance(hex: &str) -> f64 {
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}
