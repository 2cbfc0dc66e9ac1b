//! How long a link lived, read back from its times: a link keeps when it ends, not what was chosen.

use jiff::{SignedDuration, Timestamp};

use crate::app::draft::ExpiryChoice;
use crate::app::model::Now;
use crate::domain::expiry::Expiry;
use crate::domain::link::Link;

/// The time to pay is reckoned when the last key is pressed, the link is made a moment later.
const MOMENT: SignedDuration = SignedDuration::from_secs(60);

/// `expiry` as it is chosen on the screen.
pub(super) fn as_chosen(expiry: &Expiry) -> (ExpiryChoice, String) {
    let choice = match expiry {
        Expiry::Days(1) => ExpiryChoice::Day,
        Expiry::Weeks(1) => ExpiryChoice::Week,
        Expiry::Months(1) => ExpiryChoice::Month,
        Expiry::Minutes(15) => ExpiryChoice::Minutes15,
        Expiry::Today => ExpiryChoice::Today,
        own => return (ExpiryChoice::Own, own.to_string()),
    };
    (choice, String::new())
}

/// For the same sale once more: as long as `link` had. What was a moment on the calendar comes to the
/// nearest length that a person would choose.
pub(super) fn of_again(link: &Link, now: &Now) -> (ExpiryChoice, String) {
    let life = link.sale.expires_at.duration_since(link.created_at);
    let whole = |unit: i64| u32::try_from((life.as_secs() + unit / 2) / unit).unwrap_or(0).max(1);
    let near = || match life.as_hours() {
        ..3 => Expiry::Minutes(whole(60)),
        3..36 => Expiry::Hours(whole(3600)),
        _ => Expiry::Days(whole(24 * 3600)),
    };
    as_chosen(&length(link, now).unwrap_or_else(near))
}

/// For `link` itself, to be changed: as long as it had, or to the same moment where that lies ahead.
pub(super) fn of_changed(link: &Link, now: &Now) -> (ExpiryChoice, String) {
    match length(link, now) {
        Some(expiry) => as_chosen(&expiry),
        None if link.sale.expires_at > now.at => (ExpiryChoice::Own, typed(link.sale.expires_at, now)),
        None => of_again(link, now),
    }
}

/// The length that gave `link` its end, by the seller's calendar; `None` where it was a moment.
fn length(link: &Link, now: &Now) -> Option<Expiry> {
    if link.sale.exact_end {
        return None;
    }
    let (made, end) = (link.created_at, link.sale.expires_at);
    let minutes = (end.duration_since(made) + SignedDuration::from_secs(30)).as_mins();
    let number = |n: i64| u32::try_from(n).ok();
    let days = number((minutes + 12 * 60) / (24 * 60))?;
    let mut lengths = Expiry::PRESETS.to_vec();
    lengths.extend((2..=12).map(Expiry::Months));
    lengths.extend([days / 7].into_iter().filter(|weeks| *weeks > 1 && days % 7 == 0).map(Expiry::Weeks));
    lengths.push(Expiry::Days(days));
    lengths.extend(number((minutes + 30) / 60).map(Expiry::Hours));
    // Under three hours every minute may have been meant.
    lengths.extend(number(minutes).filter(|n| *n < 180).map(Expiry::Minutes));
    lengths
        .into_iter()
        .find(|length| length.moment(made, &now.zone).is_ok_and(|at| at.duration_since(end).abs() <= MOMENT))
}

/// A moment as a seller would type it: `2026-12-24 18:00`.
fn typed(at: Timestamp, now: &Now) -> String {
    let here = at.to_zoned(now.zone.clone());
    let form = if here.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    here.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{App, link};
    use crate::domain::link::LinkState;

    fn sold(expiry: &str) -> (Link, Now) {
        let mut now = App::new().now;
        now.zone = jiff::tz::TimeZone::get("Europe/Oslo").unwrap();
        let mut link = link(1, LinkState::Expired);
        link.sale.expires_at =
            Expiry::parse(expiry, &now.zone).unwrap().moment(link.created_at, &now.zone).unwrap();
        // The ledger's clock is read a moment later.
        link.created_at += SignedDuration::from_millis(700);
        (link, now)
    }

    #[test]
    fn the_length_is_read_back_as_it_was_chosen() {
        for text in ["1d", "1w", "1m", "15min", "today"] {
            let (link, now) = sold(text);
            let expiry = Expiry::parse(text, &now.zone).unwrap();
            assert_eq!(of_again(&link, &now), as_chosen(&expiry), "{text}");
            assert_eq!(of_changed(&link, &now), as_chosen(&expiry), "{text}");
        }
        for text in ["4h", "30min", "95min", "3d", "2w", "2m", "36h", "10d"] {
            let (link, now) = sold(text);
            assert_eq!(of_again(&link, &now), (ExpiryChoice::Own, text.to_owned()), "{text}");
            assert_eq!(of_changed(&link, &now), (ExpiryChoice::Own, text.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_moment_stays_for_the_same_link_and_is_a_length_for_the_next() {
        let (link, mut now) = sold("2026-11-26 18:00");
        assert_eq!(of_changed(&link, &now), (ExpiryChoice::Own, "2026-11-26 18:00".to_owned()));
        assert_eq!(of_again(&link, &now), (ExpiryChoice::Own, "4d".to_owned()));
        now.at = link.sale.expires_at;
        assert_eq!(of_changed(&link, &now), (ExpiryChoice::Own, "4d".to_owned()), "it is over");
        let (link, now) = sold("2026-11-22 20:11");
        assert_eq!(of_again(&link, &now), (ExpiryChoice::Own, "6h".to_owned()));
        // Named, and a day away to the minute all the same.
        let (mut link, now) = sold("2026-11-23 13:41");
        assert_eq!(of_changed(&link, &now), as_chosen(&Expiry::Days(1)), "what an earlier version kept");
        link.sale.exact_end = true;
        assert_eq!(of_changed(&link, &now), (ExpiryChoice::Own, "2026-11-23 13:41".to_owned()));
    }
}
