use super::*;
use crate::app::testing::App;

/// A wizard on which everything is right, changed by `f`.
fn verdict(f: impl FnOnce(&mut Draft)) -> Verdict {
    let mut app = App::new();
    app.go_to_last_step();
    f(&mut app.model.wizard.draft);
    look(&app.model.wizard, &crate::app::testing::shop(), &app.now, app.now.at)
}

fn wrong(f: impl FnOnce(&mut Draft)) -> Vec<(FieldId, FieldError)> {
    verdict(f).issues.into_iter().map(|i| (i.field, i.error)).collect()
}

#[test]
fn a_good_draft_is_a_sale() {
    let verdict = verdict(|_| {});
    assert_eq!(verdict.issues, []);
    assert_eq!(verdict.amounts(), [Some(Money::new(4500, Currency::Nok))]);
    let sale = verdict.sale(true, Currency::Nok).unwrap();
    assert_eq!(sale.reference.as_str(), "KARI-1122-001");
    assert_eq!(sale.expires_at.to_string(), "2026-11-23T12:41:07Z");
    assert_eq!(sale.address, AddressPlan::None);
    assert!(matches!(&sale.delivery, Delivery::Sms(p) if p.e164() == "+4741234567"));
    assert!(sale.methods.whole_profile && sale.methods.methods.is_empty());
}

#[test]
fn a_moment_that_was_named_is_judged_by_the_backends_clock() {
    let mut app = App::new();
    app.go_to_last_step();
    let shop = crate::app::testing::shop();
    let day = jiff::SignedDuration::from_hours(24);
    let mut at = |expiry, text: &str, theirs| {
        app.model.wizard.draft.expiry = expiry;
        app.model.wizard.draft.expiry_text = text.to_owned();
        let verdict = look(&app.model.wizard, &shop, &app.now, theirs);
        let issues: Vec<_> = verdict.issues.iter().map(|i| i.error.clone()).collect();
        (verdict.sale(true, Currency::Nok).map(|s| (s.expires_at.to_string(), s.exact_end)), issues)
    };
    let ours = "2026-11-22T12:41:07Z".parse::<Timestamp>().unwrap();
    // Our clock is a day ahead: to us it's over.
    let named = "2026-11-22T10:00:00Z";
    assert_eq!(at(ExpiryChoice::Own, named, ours - day), (Some((named.to_owned(), true)), Vec::new()));
    // It's a day behind: it is over, though we don't see it.
    let named = "2026-11-23T10:00:00Z";
    let past = FieldError::Expiry(ExpiryError::Past);
    assert_eq!(at(ExpiryChoice::Own, named, ours + day), (None, vec![past]));
    // A length is reckoned from our clock, by which the link is made.
    let day_from_here = Some(("2026-11-23T12:41:07Z".to_owned(), false));
    assert_eq!(at(ExpiryChoice::Day, "", ours + day), (day_from_here, Vec::new()));
}

#[test]
fn each_mistake_stands_at_its_field() {
    use FieldId as F;
    let line = |f: fn(&mut LineDraft)| wrong(move |d| f(&mut d.lines[0]));
    let err = |f, e| vec![(f, e)];
    assert_eq!(
        line(|l| l.description.clear()),
        err(F::Description(0), FieldError::Line(LineError::NoDescription))
    );
    assert_eq!(
        line(|l| l.description = "x".repeat(201)),
        err(F::Description(0), FieldError::Line(LineError::LongDescription))
    );
    assert_eq!(
        line(|l| l.quantity = "0".into()),
        err(F::Quantity(0), FieldError::Line(LineError::ZeroQuantity))
    );
    assert_eq!(
        line(|l| l.quantity = "-1".into()),
        err(F::Quantity(0), FieldError::Line(LineError::NegativeQuantity))
    );
    assert_eq!(
        line(|l| l.quantity = "two".into()),
        err(F::Quantity(0), FieldError::Amount(AmountError::NotANumber))
    );
    assert_eq!(line(|l| l.price = "0".into()), err(F::Price(0), FieldError::Line(LineError::ZeroPrice)));
    assert_eq!(line(|l| l.price = "-5".into()), err(F::Price(0), FieldError::Line(LineError::NegativePrice)));
    assert_eq!(line(|l| l.price.clear()), err(F::Price(0), FieldError::Missing));
    assert_eq!(
        line(|l| l.price = "😀".into()),
        err(F::Price(0), FieldError::Amount(AmountError::NotANumber))
    );
    assert!(matches!(
        line(|l| l.price = "1.249".into()).as_slice(),
        [(F::Price(0), FieldError::Amount(AmountError::Ambiguous { .. }))]
    ));
    for typed in ["1,000", "2.500"] {
        assert!(matches!(
            wrong(|d| d.lines[0].quantity = typed.into()).as_slice(),
            [(F::Quantity(0), FieldError::Amount(AmountError::Ambiguous { .. }))]
        ));
    }
    for typed in ["1,5", "0,250", "1,249", "1 000"] {
        assert_eq!(wrong(|d| d.lines[0].quantity = typed.into()), [], "{typed}");
    }
    assert_eq!(line(|l| l.vat = "101".into()), err(F::Vat(0), FieldError::Vat(VatError::TooHigh)));
    assert_eq!(line(|l| l.vat = "-1".into()), err(F::Vat(0), FieldError::Vat(VatError::Negative)));
    assert_eq!(
        line(|l| {
            l.quantity = "0,001".into();
            l.price = "0,01".into();
        }),
        err(F::Price(0), FieldError::Line(LineError::ZeroAmount))
    );
    assert_eq!(wrong(|d| d.lines.clear()), err(F::Lines, FieldError::Line(LineError::NoLines)));
    assert_eq!(wrong(|d| d.reference = " ".into()), err(F::Reference, FieldError::Missing));
    assert_eq!(
        wrong(|d| d.reference = "x".repeat(65)),
        err(F::Reference, FieldError::Reference(ReferenceError::TooLong))
    );
    assert_eq!(wrong(|d| d.expiry = ExpiryChoice::Own), err(F::ExpiryText, FieldError::Missing));
    assert_eq!(wrong(|d| d.phone.clear()), err(F::Phone, FieldError::Missing));
    assert_eq!(
        wrong(|d| d.phone = "412345678".into()),
        err(F::Phone, FieldError::Phone(PhoneError::TooLong(9)))
    );
    assert_eq!(
        wrong(|d| {
            d.channel = Channel::Email;
            d.email = "kari".into();
        }),
        err(F::Email, FieldError::Email(EmailError::NoAt))
    );
    assert_eq!(wrong(|d| d.channel = Channel::Link), []);
}

#[test]
fn a_number_without_text_messages_only_warns() {
    let verdict = verdict(|d| d.phone = "22 12 34 56".into());
    assert_eq!(verdict.issues.len(), 1);
    assert!(verdict.issues[0].error.is_warning());
    assert!(verdict.sale(true, Currency::Nok).is_some());
}

#[test]
fn months_that_may_have_been_minutes_only_warn() {
    let own = |text: &str| {
        let text = text.to_owned();
        move |d: &mut Draft| (d.expiry, d.expiry_text) = (ExpiryChoice::Own, text)
    };
    let five = verdict(own("5m"));
    let said: Vec<_> = five.issues.iter().map(|i| (i.field, i.error.clone())).collect();
    assert_eq!(said, [(FieldId::ExpiryText, FieldError::MonthsOrMinutes(5))]);
    assert_eq!(five.sale(true, Currency::Nok).unwrap().expires_at.to_string(), "2027-04-22T11:41:07Z");
    for plain in ["1m", "5 min", "2 måneder", "3 dager"] {
        assert_eq!(wrong(own(plain)), [], "{plain}");
    }
    // What is too far away is wrong, not doubtful.
    assert_eq!(wrong(own("50m")), [(FieldId::ExpiryText, FieldError::Expiry(ExpiryError::TooFar))]);
}

#[test]
fn too_many_lines_and_too_large_a_sum() {
    let many = |n: usize, price: &'static str| {
        wrong(move |d| {
            let line = LineDraft { price: price.into(), ..d.lines[0].clone() };
            d.lines = vec![line; n];
        })
    };
    assert_eq!(many(100, "1"), []);
    assert_eq!(many(101, "1"), [(FieldId::Lines, FieldError::Line(LineError::TooManyLines))]);
    assert_eq!(many(2, "20000000"), [(FieldId::Lines, FieldError::Line(LineError::TooLarge))]);
    // An untouched line is no line.
    let blank = LineDraft { quantity: "1".into(), vat: "25".into(), ..LineDraft::default() };
    assert_eq!(wrong(|d| d.lines.push(blank)), []);
}

#[test]
fn an_address_field_by_field() {
    let known = |f: fn(&mut Draft)| {
        wrong(move |d| {
            d.address = AddressChoice::Known;
            d.name = "Kari Nordmann".into();
            d.street = "Storgata 1".into();
            d.postal_code = "0155".into();
            d.place = "Oslo".into();
            d.country = "no".into();
            f(d);
        })
    };
    assert_eq!(known(|_| {}), []);
    assert_eq!(
        known(|d| {
            d.name.clear();
            d.place.clear();
        }),
        [(FieldId::Name, FieldError::Missing), (FieldId::Place, FieldError::Missing)]
    );
    assert_eq!(
        known(|d| d.postal_code = "155".into()),
        [(FieldId::PostalCode, FieldError::Address(AddressError::PostalCode))]
    );
    assert_eq!(
        known(|d| d.country = "Norge".into()),
        [(FieldId::Country, FieldError::Address(AddressError::Country))]
    );
}

#[test]
fn a_part_of_the_methods_is_named() {
    let mut app = App::new();
    app.go_to_last_step();
    app.profile(&["dintero_psp.vipps", "dintero_psp.creditcard"]);
    app.model.wizard.offered[1].on = false;
    let shop = crate::app::testing::shop();
    let verdict = look(&app.model.wizard, &shop, &app.now, app.now.at);
    let choice = verdict.sale(true, Currency::Nok).unwrap().methods;
    assert!(!choice.whole_profile);
    assert_eq!(choice.methods, [Method::parse("vipps").unwrap()]);
    app.model.wizard.offered[0].on = false;
    let verdict = look(&app.model.wizard, &shop, &app.now, app.now.at);
    assert_eq!(verdict.issues[0].error, FieldError::NoMethod);
}

#[test]
fn an_address_half_typed_tells_all_that_is_wrong() {
    let known = |d: &mut Draft| {
        d.address = AddressChoice::Known;
        d.name = "Kari Nordmann".into();
        d.country = "NO".into();
    };
    let missing = |f| (f, FieldError::Missing);
    let bad = |f, e| (f, FieldError::Address(e));
    let code = wrong(|d| {
        known(d);
        d.postal_code = "01".into();
    });
    let postal = bad(FieldId::PostalCode, AddressError::PostalCode);
    assert_eq!(code, [missing(FieldId::Street), postal, missing(FieldId::Place)]);
    let country = wrong(|d| {
        known(d);
        (d.street, d.place, d.country) = ("Storgata 1".into(), "Oslo".into(), "Norge".into());
    });
    assert_eq!(country, [missing(FieldId::PostalCode), bad(FieldId::Country, AddressError::Country)]);
    let swedish = wrong(|d| {
        known(d);
        (d.street, d.place, d.country) = ("Storgata 1".into(), "Lund".into(), "SE".into());
    });
    assert_eq!(swedish, [missing(FieldId::PostalCode)], "an empty code is only missing");
}
