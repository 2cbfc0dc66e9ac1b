//! Is the address in the backend's answer one that a customer may be sent to (contracts, 2)?
//!
//! The address goes out exactly as it came, so what is judged must be what a browser will read. A
//! parser forgives much (`https:\\host`, tabs, a host in full-width letters); here nothing is
//! forgiven: the host and port as written must be the host and port as parsed.

use url::{Host, Url};

use super::transport::is_loopback;
use crate::domain::cause::BadLink;

/// The longest address that is taken.
const MAX: usize = 2_000;

/// Second-level names under which strangers register: below a country's letters (`co.uk`) or at a
/// hosting firm (`github.io`). Not the whole public list on purpose: a host that is no neighbour can
/// always be named in `link_hosts`, and on these only the very host of `checkout_url` is taken.
const SHARED: &[&str] = &[
    "appspot.com",
    "azurewebsites.net",
    "blogspot.com",
    "cloudfront.net",
    "cloudapp.net",
    "deno.dev",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "glitch.me",
    "herokuapp.com",
    "amazonaws.com",
    "lhr.life",
    "loca.lt",
    "netlify.app",
    "ngrok.app",
    "ngrok.dev",
    "ngrok.io",
    "ngrok-free.app",
    "ngrok-free.dev",
    "now.sh",
    "onrender.com",
    "pages.dev",
    "railway.app",
    "repl.co",
    "replit.app",
    "replit.dev",
    "run.app",
    "serveo.net",
    "surge.sh",
    "trycloudflare.com",
    "ts.net",
    "vercel.app",
    "web.app",
    "windows.net",
    "workers.dev",
    "azure.com",
    "digitaloceanspaces.com",
    "ondigitalocean.app",
    "koyeb.app",
    "duckdns.org",
    "dyndns.org",
    "no-ip.org",
    "sslip.io",
    "nip.io",
    "kommune.no",
    "priv.no",
    "stat.no",
    "dep.no",
    "mil.no",
    "herad.no",
    "vgs.no",
    "idrett.no",
    "museum.no",
    "folkebibl.no",
    "pp.se",
    "tm.se",
    "org.se",
    "press.se",
    "co.no",
    "uk.com",
    "se.net",
    "eu.com",
];

/// Whether `link` may be given to a customer: https on the host of `checkout`, on one below the same
/// registered domain, or on one of `link_hosts` (`host` or `host:port`). Plain http only where
/// `checkout` itself is http on this machine: there, or at a machine's own number with its port that `link_hosts` names,
/// which is how phones nearby reach a sandbox. A name can be anybody's, so it is never taken over plain http.
///
/// # Errors
/// What is wrong with it.
pub fn check_link(link: &str, checkout: &Url, link_hosts: &[String]) -> Result<(), BadLink> {
    if link.chars().count() > MAX {
        return Err(BadLink::TooLong);
    }
    if link.chars().any(|c| !c.is_ascii_graphic() || "\\\"<>^`{|}".contains(c)) {
        return Err(BadLink::BadCharacter);
    }
    let sandbox = checkout.scheme() == "http" && is_loopback(checkout);
    let (scheme, rest) = link.split_once("://").ok_or(BadLink::NotAnAddress)?;
    // Capital letters mean the same in a scheme, as in a host.
    let scheme = scheme.to_ascii_lowercase();
    match scheme.as_str() {
        "https" => {}
        "http" if sandbox => {}
        s if s.chars().all(|c| c.is_ascii_alphanumeric()) => return Err(BadLink::NotHttps),
        _ => return Err(BadLink::NotAnAddress),
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(BadLink::UserInfo);
    }
    let url = Url::parse(link).map_err(|_| BadLink::NotAnAddress)?;
    let host = url.host_str().ok_or(BadLink::NotAnAddress)?;
    // As written and as parsed: no other spelling of a host (percent signs, numbers for an IP
    // address, capital letters aside) and no port that the parser dropped in silence.
    let written = authority.to_ascii_lowercase();
    let default_port = if scheme == "https" { 443 } else { 80 };
    let port = url.port().unwrap_or(default_port);
    if url.scheme() != scheme
        || !url.username().is_empty()
        || url.password().is_some()
        || (written != host && written != format!("{host}:{port}"))
    {
        return Err(BadLink::NotAnAddress);
    }
    if scheme == "http" && !is_loopback(&url) {
        let numbered = !matches!(url.host(), Some(Host::Domain(_)) | None);
        let named = |named: &String| is_named(named, host, port, false);
        return match numbered && link_hosts.iter().any(named) {
            true => Ok(()),
            false => Err(BadLink::NotHttps),
        };
    }
    if link_hosts.iter().any(|named| is_named(named, host, port, url.port().is_none())) {
        return Ok(());
    }
    let same_port = url.port_or_known_default() == checkout.port_or_known_default();
    let same_host = checkout.host_str().is_some_and(|ours| ours == host);
    if same_host && same_port && scheme == checkout.scheme() {
        return Ok(());
    }
    // A neighbour: only under a name, only on the usual port, only https.
    if scheme == "https" && (same_port || url.port().is_none()) && are_neighbours(checkout, &url) {
        return Ok(());
    }
    Err(BadLink::ForeignHost)
}

fn is_named(named: &str, host: &str, port: u16, usual_port: bool) -> bool {
    let named = named.trim().to_ascii_lowercase();
    named == format!("{host}:{port}") || (usual_port && named == host)
}

fn are_neighbours(checkout: &Url, link: &Url) -> bool {
    let (Some(Host::Domain(ours)), Some(Host::Domain(theirs))) = (checkout.host(), link.host()) else {
        return false;
    };
    let Some(domain) = registered_domain(ours) else { return false };
    if theirs.split('.').any(str::is_empty) {
        return false;
    }
    theirs == domain || theirs.strip_suffix(domain).is_some_and(|below| below.ends_with('.'))
}

/// `dintero.com` of `checkout.dintero.com`, `pay.co.uk` of `checkout.pay.co.uk`; `None` where strangers
/// may be neighbours or that can't be told.
fn registered_domain(host: &str) -> Option<&str> {
    let labels: Vec<&str> = host.split('.').collect();
    if labels.len() < 2 || labels.iter().any(|l| l.is_empty()) {
        return None;
    }
    let last = |n: usize| {
        let skip: usize = labels[..labels.len() - n].iter().map(|l| l.len() + 1).sum();
        &host[skip..]
    };
    if SHARED.iter().any(|s| *s == last(2)) {
        return None;
    }
    let (second, top) = (labels[labels.len() - 2], labels[labels.len() - 1]);
    let by_country = top.len() == 2
        && (second.len() <= 2
            || matches!(
                second,
                "com" | "org" | "net" | "gov" | "edu" | "ltd" | "plc" | "sch" | "nhs" | "gob"
            ));
    if !by_country {
        return Some(last(2));
    }
    if labels.len() < 3 { None } else { Some(last(3)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(link: &str) -> Result<(), BadLink> {
        check_link(link, &Url::parse("https://checkout.dintero.com").unwrap(), &[])
    }

    #[test]
    fn the_backends_own_links() {
        for good in [
            "https://checkout.dintero.com/v1/view/T12345678.465U8CUzaPVpneu1wt8Wei",
            "https://checkout.api.dintero.com/v1/view/x?language=no",
            "https://checkout.test.dintero.com/v1/view/x#y",
            "https://dintero.com/x",
            "https://checkout.dintero.com:443/x",
            "https://CHECKOUT.Dintero.com/x",
            "HTTPS://CHECKOUT.DINTERO.COM/X",
            "https://checkout.dintero.com",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn hostile_links() {
        use BadLink::{BadCharacter, ForeignHost, NotAnAddress, NotHttps, UserInfo};
        for (bad, why) in [
            ("", NotAnAddress),
            ("checkout.dintero.com/v1/view/x", NotAnAddress),
            ("/v1/view/x", NotAnAddress),
            ("//checkout.dintero.com/x", NotAnAddress),
            ("https:checkout.dintero.com/x", NotAnAddress),
            ("https:/checkout.dintero.com/x", NotAnAddress),
            ("https:///checkout.dintero.com/x", NotAnAddress),
            ("http://checkout.dintero.com/x", NotHttps),
            ("HTTP://checkout.dintero.com/x", NotHttps),
            ("javascript://checkout.dintero.com/%0aalert(1)", NotHttps),
            ("javascript:alert(1)", NotAnAddress),
            ("data:text/html,x", NotAnAddress),
            ("ftp://checkout.dintero.com/x", NotHttps),
            ("https://evil.example/checkout.dintero.com", ForeignHost),
            ("https://checkout.dintero.com.evil.example/x", ForeignHost),
            ("https://checkout-dintero.com/x", ForeignHost),
            ("https://evildintero.com/x", ForeignHost),
            ("https://dintero.co/x", ForeignHost),
            ("https://com/x", ForeignHost),
            ("https://checkout.dintero.com@evil.example/x", UserInfo),
            ("https://evil.example@checkout.dintero.com/x", UserInfo),
            ("https://user:pw@checkout.dintero.com/x", UserInfo),
            ("https://checkout.dintero.com:8443/x", ForeignHost),
            ("https://checkout.dintero.com:/x", NotAnAddress),
            ("https://checkout.dintero.com./x", ForeignHost),
            ("https://.dintero.com/x", ForeignHost),
            ("https://checkout..dintero.com/x", ForeignHost),
            ("https://checkout%2edintero.com/x", NotAnAddress),
            ("https://checkout.dintero.com\\@evil.example/x", BadCharacter),
            ("https:\\\\checkout.dintero.com/x", BadCharacter),
            (" https://checkout.dintero.com/x", BadCharacter),
            ("https://checkout.dintero.com/x ", BadCharacter),
            ("https://checkout.dintero.com/x\n", BadCharacter),
            ("https://check\tout.dintero.com/x", BadCharacter),
            ("https://checkout.dintero.com/\u{1b}[2J", BadCharacter),
            ("https://checkout.dintero.com/\u{202e}x", BadCharacter),
            ("https://checkout.dintero.com/x\"&calc&\"", BadCharacter),
            ("https://checkout.dintero.com/x|calc", BadCharacter),
            ("https://checkout.dintero.com/x`id`", BadCharacter),
            ("https://checkout.dintero.com/<script>", BadCharacter),
            ("https://checkout.dinterö.com/x", BadCharacter),
            ("https://checkout。dintero。com/x", BadCharacter),
            ("https://xn--dinter-bya.com/x", ForeignHost),
            ("https://127.0.0.1/x", ForeignHost),
            ("https://2130706433/x", NotAnAddress),
            ("https://0x7f.1/x", NotAnAddress),
            ("https://[::1]/x", ForeignHost),
            ("https://localhost/x", ForeignHost),
        ] {
            assert_eq!(check(bad), Err(why), "{bad:?}");
        }
        assert_eq!(
            check(&format!("https://checkout.dintero.com/{}", "x".repeat(2_000))),
            Err(BadLink::TooLong)
        );
    }

    #[test]
    fn a_sandbox_on_this_machine_may_speak_http() {
        let sandbox = Url::parse("http://127.0.0.1:4711").unwrap();
        let check = |link: &str| check_link(link, &sandbox, &[]);
        assert_eq!(check("http://127.0.0.1:4711/v1/view/x"), Ok(()));
        for foreign in [
            "http://127.0.0.1:4712/x",
            "http://127.0.0.1/x",
            "http://localhost:4711/x",
            "https://127.0.0.1:4711/x",
        ] {
            assert_eq!(check(foreign), Err(BadLink::ForeignHost), "{foreign}");
        }
        for far in ["http://192.168.1.5:4711/x", "http://evil.example/x", "HTTP://evil.example/x"] {
            assert_eq!(check(far), Err(BadLink::NotHttps), "{far}");
        }
        // A sandbox that phones nearby can reach names its address.
        let lan = ["192.168.1.5:4711".to_owned()];
        assert_eq!(check_link("http://192.168.1.5:4711/v1/view/x", &sandbox, &lan), Ok(()));
        assert_eq!(check_link("http://192.168.1.5/x", &sandbox, &lan), Err(BadLink::NotHttps));
        // A name that the config trusts is trusted over https alone: plain http is anybody's to change on the way.
        let named =
            ["pay.example.com".to_owned(), "pay.example.com:8080".to_owned(), "203.0.113.7".to_owned()];
        let check = |link: &str| check_link(link, &sandbox, &named);
        for plain in ["http://pay.example.com/x", "http://pay.example.com:8080/x", "http://203.0.113.7/x"] {
            assert_eq!(check(plain), Err(BadLink::NotHttps), "{plain}");
        }
        assert_eq!(check("https://pay.example.com/x"), Ok(()));
        let v6 = Url::parse("http://[::1]:80").unwrap();
        assert_eq!(check_link("http://[::1]/x", &v6, &[]), Ok(()));
        // Not where the backend isn't this machine itself.
        let real = Url::parse("http://10.0.0.1").unwrap();
        assert_eq!(check_link("http://10.0.0.1/x", &real, &[]), Err(BadLink::NotHttps));
    }

    #[test]
    fn hosts_that_the_config_names() {
        let checkout = Url::parse("https://checkout.dintero.com").unwrap();
        let hosts = ["pay.fjordfisk.no".to_owned(), " Pay2.Fjordfisk.no:8443 ".to_owned()];
        let check = |link: &str| check_link(link, &checkout, &hosts);
        assert_eq!(check("https://pay.fjordfisk.no/x"), Ok(()));
        assert_eq!(check("https://pay2.fjordfisk.no:8443/x"), Ok(()));
        assert_eq!(check("https://pay2.fjordfisk.no/x"), Err(BadLink::ForeignHost));
        assert_eq!(check("https://x.pay.fjordfisk.no/x"), Err(BadLink::ForeignHost));
        assert_eq!(check("https://fjordfisk.no/x"), Err(BadLink::ForeignHost));
        assert_eq!(check("http://pay.fjordfisk.no/x"), Err(BadLink::NotHttps));
    }

    #[test]
    fn strangers_under_one_suffix_are_no_neighbours() {
        let foreign = |checkout: &str, link: &str| {
            check_link(link, &Url::parse(checkout).unwrap(), &[]) == Err(BadLink::ForeignHost)
        };
        assert!(foreign("https://pay.co.uk", "https://evil.co.uk/x"));
        assert!(foreign("https://seller.github.io", "https://evil.github.io/x"));
        assert!(foreign("https://a.seller.herokuapp.com", "https://b.seller.herokuapp.com/x"));
        assert!(foreign("https://pay.com.au", "https://evil.com.au/x"));
        assert!(foreign("https://oslo.kommune.no", "https://evil.kommune.no/x"));
        assert!(foreign("https://10.0.0.1", "https://10.0.0.2/x"));
        assert!(foreign("https://192.168.1.5", "https://9.168.1.5/x"));
        assert!(!foreign("https://checkout.pay.co.uk", "https://checkout.api.pay.co.uk/x"));
    }

    /// Of a real backend no link leads to this machine without https, whatever the config names.
    #[test]
    fn plain_http_to_this_machine_is_for_a_sandbox_alone() {
        let real = Url::parse("https://checkout.dintero.com").unwrap();
        for host in ["127.0.0.1", "127.0.0.1:8080", "[::1]", "localhost"] {
            let link = format!("http://{host}/v1/view/x");
            assert_eq!(check_link(&link, &real, &[host.to_owned()]), Err(BadLink::NotHttps), "{link}");
        }
    }
}
