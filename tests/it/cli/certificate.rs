//! A network that answers TLS with a certificate of its own, as a hotspot's gateway does before the sign-in.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread;

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::{World, finish_with_input};

/// The address of such a gateway.
fn gateway() -> String {
    // As in the client's own tests: made for them alone.
    let certificate =
        CertificateDer::from(&include_bytes!("../../../src/dintero/tests/data/self-signed.crt.der")[..]);
    let key =
        PrivatePkcs8KeyDer::from(&include_bytes!("../../../src/dintero/tests/data/self-signed.key.der")[..]);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let tls = Arc::new(tls);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut connection = rustls::ServerConnection::new(Arc::clone(&tls)).unwrap();
            // Ends with the client's alert.
            let _ = connection.complete_io(&mut stream);
        }
    });
    url
}

#[test]
fn before_the_sign_in_of_a_hotspot_the_backend_is_not_reached_and_the_sale_waits() {
    let world = World::new();
    world.write_config(&gateway(), "");
    let why = "nobody known vouches for it; is there a sign-in page for this network";
    let sale = ["new", "--item", "Vaffel;1;45.00", "--reference", "KARI-1", "--json"];
    let failed = world.run(&sale).is(5);
    assert_eq!(failed.json()["state"], "queued");
    assert_eq!(failed.error()["code"], "unreachable");
    assert!(failed.error()["message"].as_str().unwrap().contains(why), "{failed:?}");
    let failed = finish_with_input(&mut world.command(&["login", "--json", "--secret-stdin"]), "s\n").is(5);
    assert_eq!(failed.error()["code"], "unreachable");
    assert!(failed.error()["message"].as_str().unwrap().contains(why), "{failed:?}");
    let doctor = world.run(&["doctor", "--json"]).is(5).json();
    let backend = doctor["checks"].as_array().unwrap().iter().find(|c| c["name"] == "backend").unwrap();
    assert!(backend["detail"].as_str().unwrap().contains(why), "{backend}");
    assert_eq!(world.sessions_asked_for().len(), 0);
    // Through it, what waits goes with the next command, whatever pause it was in.
    world.write_config(world.url(), "");
    let listed = world.run(&["list", "--json"]).is(0).json();
    assert_eq!((listed["reference"].as_str(), listed["state"].as_str()), (Some("KARI-1"), Some("open")));
    assert_eq!(world.sessions_asked_for().len(), 1);
}
