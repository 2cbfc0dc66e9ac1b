//! `paylink qr`: a link's QR code, drawn here or written to a file.

use std::path::Path;

use serde_json::json;

use super::args::{self, Level};
use super::shop::{Secret, Shop, in_shop_to_read};
use super::{Failure, Run, Status, file};
use crate::domain::link::Link;
use crate::qr::{self, Drawing, Fit, QrError};

/// Pixels for a module: large enough to print.
const PNG_SCALE: u16 = 12;

/// Draws it.
///
/// # Errors
/// No such link, one without an address or that can't be paid any more, or a file that can't be written.
pub fn run(run: &Run, args: &args::Qr) -> Result<Status, Failure> {
    let secret = if args.offline { Secret::Unused } else { Secret::Wished };
    in_shop_to_read(run, secret, async |shop| {
        let link = shop.named(&args.reference, args.offline).await?;
        let url = payable(shop, &link)?;
        let level = match args.level {
            Level::L => qr::Level::L,
            Level::M => qr::Level::M,
            Level::Q => qr::Level::Q,
        };
        let too_long = |_: QrError| Failure::input("qr", run.texts().t("qr-too-long"), "");
        let (path, bytes) = match (&args.png, &args.svg) {
            (Some(path), _) => (path, qr::png(url, level, PNG_SCALE).map_err(too_long)?),
            (None, Some(path)) => (path, qr::svg(url, level).map_err(too_long)?.into_bytes()),
            (None, None) => {
                if run.output.json {
                    tell(run, &link, url, level, None)?;
                } else {
                    run.output.bytes(drawing(run, url, level).map_err(too_long)?.as_bytes())?;
                }
                return Ok(Status::Done);
            }
        };
        if path.as_os_str() == "-" {
            run.output.bytes(&bytes)?;
            return Ok(Status::Done);
        }
        file::write(run, path, &bytes)?;
        if run.output.json {
            tell(run, &link, url, level, Some(path))?;
        }
        Ok(Status::Done)
    })
}

fn tell(run: &Run, link: &Link, url: &str, level: qr::Level, file: Option<&Path>) -> Result<(), Failure> {
    let object = json!({
        "reference": link.sale.reference.as_str(),
        "url": url,
        "level": level.to_string(),
        "file": file.map(|f| f.display().to_string()),
    });
    run.output.line(&object.to_string())
}

/// The link's address, if a customer can still pay there.
fn payable<'a>(shop: &Shop<'_>, link: &'a Link) -> Result<&'a str, Failure> {
    let t = shop.texts();
    let args = [
        ("reference", link.sale.reference.as_str().into()),
        ("state", t.say(&link.state).into_owned().into()),
    ];
    match link.url.as_deref() {
        Some(url) if !link.state.settled() => Ok(url),
        Some(_) => {
            Err(Failure::input("ended", t.t_args("cli-qr-ended", &args), t.t("cli-cancel-ended-hint")))
        }
        None => Err(Failure::input("no_address", t.t_args("cli-qr-none", &args), t.t("cli-qr-none-hint"))),
    }
}

/// For this terminal: with its colours set, because a theme's own can turn the code inside out. Without colours
/// (`--no-color`, `NO_COLOR`, a pipe or a file) it is characters alone, light where the code is light: it scans where
/// letters are light on dark, as in most terminals.
fn drawing(run: &Run, url: &str, level: qr::Level) -> Result<String, QrError> {
    let env = |name: &str| std::env::var(name).unwrap_or_default();
    let fit = Fit::natural(url, level, Drawing::Half)?;
    if !run.output.color || env("TERM") == "dumb" {
        return Ok(qr::plain_text(&fit, qr::Background::Dark));
    }
    let palette = if matches!(env("COLORTERM").as_str(), "truecolor" | "24bit") {
        qr::Palette::TrueColor
    } else if env("TERM").contains("256color") {
        qr::Palette::Ansi256
    } else {
        qr::Palette::Ansi16
    };
    Ok(qr::terminal_text(&fit, palette))
}
