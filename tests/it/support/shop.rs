//! A sandbox on a port of its own with a clock that stands still, and a bare HTTP client for it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use jiff::Timestamp;
use paylink::sandbox::{Config, Running};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, redirect};
use serde_json::{Value, json};

/// What the clock says until it is moved.
pub(crate) const NOON: &str = "2026-11-22T12:00:00Z";

/// An answer: status, headers, body as JSON (or as text where it isn't).
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json
    }

    pub(crate) fn refused(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        self.json["error"]["message"].as_str().expect("an error has a message").to_owned()
    }
}

pub(crate) struct Shop {
    pub(crate) running: Running,
    pub(crate) http: Client,
    pub(crate) token: String,
}

pub(crate) fn http() -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    let pem = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().take(1);
    let roots = pem.map(|c| reqwest::Certificate::from_der(c).unwrap());
    Client::builder()
        .tls_certs_only(roots)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .build()
        .unwrap()
}

pub(crate) fn still() -> Config {
    let noon: Timestamp = NOON.parse().unwrap();
    Config { clock: Arc::new(move || noon), ..Config::new() }
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(still()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = Running::start(any, config).await.unwrap();
        let mut shop = Self { running, http: http(), token: String::new() };
        shop.sign_in().await;
        shop
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address())
    }

    pub(crate) fn account(&self) -> &str {
        self.running.sandbox().account_id()
    }

    /// Asks for a token as a client does.
    pub(crate) async fn sign_in(&mut self) {
        let sandbox = self.running.sandbox();
        let url = self.url(&format!("/v1/accounts/{}/auth/token", sandbox.account_id()));
        let body = json!({
            "grant_type": "client_credentials",
            "audience": format!("https://api.dintero.com/v1/accounts/{}", sandbox.account_id()),
        });
        let request = self.http.post(url).basic_auth(sandbox.client_id(), Some(sandbox.client_secret()));
        let answer = read(request.json(&body).send().await.unwrap()).await.ok();
        assert_eq!(answer["token_type"], "Bearer");
        assert_eq!(answer["expires_in"], 14_400);
        answer["access_token"].as_str().unwrap().clone_into(&mut self.token);
    }

    /// An API call with the token.
    pub(crate) async fn api(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.try_api(method, path, body).await.unwrap()
    }

    pub(crate) async fn try_api(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Answer> {
        let mut request = self.http.request(method, self.url(path)).bearer_auth(&self.token);
        request = request.header("Dintero-Feature-Toggles", "strict-session-amounts");
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        Ok(read(response).await)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.api(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.api(Method::POST, path, Some(body)).await
    }

    /// A call of the control interface.
    pub(crate) async fn control(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.http.request(method, self.url(&format!("/sandbox{path}"))).json(&body);
        read(request.send().await.unwrap()).await
    }

    /// Makes a session and gives its id.
    pub(crate) async fn session(&self, body: Value) -> String {
        let answer = self.post("/v1/sessions", body).await.ok();
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Makes the example session, pays it, and gives the transaction's id.
    pub(crate) async fn paid(&self, body: Value, method: &str) -> String {
        let id = self.session(body).await;
        let pay = json!({ "payment_product_type": method, "outcome": "authorized" });
        let answer = self.control(Method::POST, &format!("/sessions/{id}/pay"), pay).await.ok();
        answer["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn advance(&self, seconds: i64) {
        self.control(Method::POST, "/clock", json!({ "advance_seconds": seconds })).await.ok();
    }

    /// A page as a browser gets it.
    pub(crate) async fn page(&self, path: &str) -> Answer {
        read(self.http.get(self.url(path)).header("accept-language", "nb").send().await.unwrap()).await
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request =
            self.http.post(self.url(path)).header("content-type", "application/x-www-form-urlencoded");
        read(request.header("accept-language", "nb").body(body).send().await.unwrap()).await
    }
}

pub(crate) async fn read(response: reqwest::Response) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status, headers, text, json }
}

/// Two lines, 120,00 kr, card and two wallets.
pub(crate) fn sale() -> Value {
    json!({
        "url": { "return_url": "https://fjordull.example/takk?from=link" },
        "customer": { "phone_number": "+4740230256", "email": "kari@kunde.example" },
        "order": {
            "amount": 12000, "vat_amount": 2191, "currency": "NOK", "merchant_reference": "KARI-014",
            "items": [
                { "id": "1", "line_id": "1", "description": "Vaffel med brunost", "quantity": 2, "amount": 9000, "vat_amount": 1800, "vat": 25 },
                { "id": "2", "line_id": "2", "description": "Kaffe", "quantity": 1, "amount": 3000, "vat_amount": 391, "vat": 15 },
            ],
        },
        "expires_at": "2026-11-23T12:00:00Z",
        "configuration": {
            "dintero_psp": { "creditcard": { "enabled": true }, "vipps": { "enabled": true } },
            "payex": { "mobilepay": { "enabled": true } },
        },
        "metadata": { "ext_paylink_id": "0197a3" },
    })
}

/// [`sale`] with the value at a JSON pointer set.
pub(crate) fn sale_with(changes: &[(&str, Value)]) -> Value {
    let mut body = sale();
    for (path, value) in changes {
        let (parent, key) = path.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.insert(key.to_owned(), value.clone());
    }
    body
}
