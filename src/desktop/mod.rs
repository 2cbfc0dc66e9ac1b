//! The seller's own machine: clipboard, mail program, browser, the system's keyring and the program
//! that prints the client secret.
//!
//! Everything here may wait for other programs and is never called on the drawing path.

mod clipboard;
pub mod keyring;
mod mailto;
pub mod secret_command;

use clipboard::Clipboard;
use url::Url;

pub use mailto::mailto;

use crate::ports::{self, DesktopError, Mail};

/// The desktop that the program runs on. Making one costs nothing.
#[derive(Debug, Default)]
pub struct Desktop {
    clipboard: Clipboard,
}

impl Desktop {
    /// The desktop.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl ports::Desktop for Desktop {
    fn copy(&self, text: &str) -> Result<(), DesktopError> {
        self.clipboard.copy(text)
    }

    fn open_mail(&self, mail: &Mail) -> Result<(), DesktopError> {
        // Without the address: it is a person's, and it goes into an error for the log.
        open::that_detached(mailto(mail))
            .map_err(|e| DesktopError(format!("no mail program could be opened: {:?}", e.kind())))
    }

    fn open_page(&self, url: &str) -> Result<(), DesktopError> {
        open::that_detached(page(url)?)
            .map_err(|e| DesktopError(format!("no browser could be opened: {:?}", e.kind())))
    }
}

/// `url`, if it is a web page: an opener given anything else could start a program.
fn page(url: &str) -> Result<&str, DesktopError> {
    let bad = || DesktopError("not the address of a web page".to_owned());
    let parsed = Url::parse(url).map_err(|_| bad())?;
    let plain = url.chars().all(|c| c.is_ascii_graphic());
    if plain && matches!(parsed.scheme(), "https" | "http") && parsed.has_host() {
        Ok(url)
    } else {
        Err(bad())
    }
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn only_web_pages_are_opened() {
        assert!(page("https://checkout.dintero.com/v1/view/x?language=no").is_ok());
        assert!(page("http://127.0.0.1:4711/sandbox").is_ok());
        for bad in
            ["", "file:///etc/passwd", "/bin/sh", "-x", "javascript:alert(1)", "https://a b", "mailto:a@b.no"]
        {
            assert!(page(bad).is_err(), "{bad:?}");
        }
    }
}
