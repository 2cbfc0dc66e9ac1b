//! The least of WebDriver (W3C) that a test needs to be a customer in a real browser.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// The key under which WebDriver answers an element (W3C WebDriver, 12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A headless Chromium with a profile of its own, gone when dropped.
pub(crate) struct Browser {
    driver: Child,
    http: Client,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one the size of a phone; `None` where Chromium or its driver is not installed.
    pub(crate) async fn open() -> Option<Self> {
        let chromium = find(&["chromium", "chromium-browser", "google-chrome"])?;
        let driver = find(&["chromedriver"])?;
        let profile = tempfile::tempdir().unwrap();
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let port = port(&mut driver);
        let http = super::shop::http();
        let base = format!("http://127.0.0.1:{port}");
        let arguments = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--no-proxy-server".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--accept-lang=nb".to_owned(),
            // The way back leads to a host that isn't there; nothing is ever asked of the network.
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let body = json!({ "capabilities": { "alwaysMatch": {
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": chromium, "args": arguments,
                "mobileEmulation": { "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 2.0 } },
            },
        } } });
        let answer: Value =
            http.post(format!("{base}/session")).json(&body).send().await.unwrap().json().await.unwrap();
        let id = answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no browser: {answer}"));
        let session = format!("{base}/session/{id}");
        Some(Self { driver, http, session, _profile: profile })
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Result<Value, String> {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.session));
        if method == Method::POST {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let ok = response.status().is_success();
        let answer: Value = response.json().await.unwrap();
        if ok { Ok(answer["value"].clone()) } else { Err(answer["value"]["message"].to_string()) }
    }

    pub(crate) async fn go(&self, url: &str) {
        self.call(Method::POST, "/url", json!({ "url": url })).await.unwrap();
    }

    async fn find(&self, css: &str) -> Option<String> {
        let body = json!({ "using": "css selector", "value": css });
        let found = self.call(Method::POST, "/element", body).await.ok()?;
        Some(found[ELEMENT].as_str()?.to_owned())
    }

    /// Presses what `css` finds.
    pub(crate) async fn click(&self, css: &str) {
        let element = self.find(css).await.unwrap_or_else(|| panic!("nothing is {css}"));
        // A host that isn't there is an error of the navigation, not of the press.
        let pressed = self.call(Method::POST, &format!("/element/{element}/click"), json!({})).await;
        if let Err(message) = pressed {
            assert!(message.contains("ERR_NAME_NOT_RESOLVED"), "{css}: {message}");
        }
    }

    pub(crate) async fn type_into(&self, css: &str, text: &str) {
        let element = self.find(css).await.unwrap_or_else(|| panic!("nothing is {css}"));
        self.call(Method::POST, &format!("/element/{element}/clear"), json!({})).await.unwrap();
        let body = json!({ "text": text });
        self.call(Method::POST, &format!("/element/{element}/value"), body).await.unwrap();
    }

    /// Waits until a person sees `part`, and gives all that they see.
    pub(crate) async fn sees(&self, part: &str) -> String {
        let script = json!({ "script": "return document.body ? document.body.innerText : ''", "args": [] });
        let seen = async || {
            // While one page follows another there may be none to ask.
            let text = self.call(Method::POST, "/execute/sync", script.clone()).await.unwrap_or_default();
            text.as_str().unwrap_or_default().replace('\u{a0}', " ")
        };
        self.until(seen, |text| text.contains(part), part).await
    }

    /// Waits until the address begins with `start`, and gives it.
    pub(crate) async fn is_at(&self, start: &str) -> String {
        let url = async || {
            let url = self.call(Method::GET, "/url", Value::Null).await.unwrap_or_default();
            url.as_str().unwrap_or_default().to_owned()
        };
        self.until(url, |url| url.starts_with(start), start).await
    }

    async fn until(
        &self,
        look: impl AsyncFn() -> String,
        good: impl Fn(&str) -> bool,
        wanted: &str,
    ) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let seen = look().await;
            if good(&seen) {
                return seen;
            }
            assert!(Instant::now() < deadline, "waited in vain for {wanted:?}; there is:\n{seen}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Runs a script in the page (which the page's own policy doesn't bind) and gives its value.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let body = json!({ "script": script, "args": [] });
        self.call(Method::POST, "/execute/sync", body).await.unwrap()
    }

    /// What the browser complained about since the last time: policy breaches, missing files.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.call(Method::POST, "/se/log", json!({ "type": "browser" })).await.unwrap();
        let rows = log.as_array().unwrap();
        rows.iter().map(|row| row["message"].as_str().unwrap().to_owned()).collect()
    }

    /// Keeps a picture of the whole page in `PAYLINK_SCREENSHOTS`, if that is set.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("PAYLINK_SCREENSHOTS") else { return };
        let data = self.call(Method::GET, "/screenshot", Value::Null).await.unwrap();
        let png = base64::engine::general_purpose::STANDARD.decode(data.as_str().unwrap()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), png).unwrap();
    }
}

impl Drop for Browser {
    /// Ends the browser through its driver: killing the driver alone would leave the browser behind.
    /// A test that fails comes by here too, so nothing may fail here.
    fn drop(&mut self) {
        if let Some((address, path)) = self.session.strip_prefix("http://").and_then(|s| s.split_once('/'))
            && let Ok(mut line) = std::net::TcpStream::connect(address)
        {
            let _ = line.set_read_timeout(Some(Duration::from_secs(10)));
            let request = format!("DELETE /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
            let _ = line.write_all(request.as_bytes());
            let _ = line.read(&mut [0; 512]);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The first of `names` that is on the path.
fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |f| f.join(name))).find(|file| file.is_file())
}

/// The driver says where it listens.
fn port(driver: &mut Child) -> u16 {
    let stdout = driver.stdout.take().expect("piped");
    let mut lines = BufReader::new(stdout).lines();
    loop {
        let line = lines.next().expect("the driver says its port").unwrap();
        if let Some((_, rest)) = line.split_once("started successfully on port ") {
            let port = rest.trim_end_matches('.').parse().unwrap();
            // Read on, so that the driver is never stuck on a full pipe.
            std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
            return port;
        }
    }
}
