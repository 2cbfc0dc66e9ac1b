//! Payment methods: product types as the API names them (API, 6) and the short names that stand for
//! whichever type of that kind an account has switched on (contracts, 2).

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of method a type is: the short names of contracts, 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MethodKind {
    /// Payment card.
    Card,
    /// Vipps.
    Vipps,
    /// MobilePay.
    MobilePay,
    /// Swish.
    Swish,
    /// Klarna.
    Klarna,
    /// Apple Pay.
    ApplePay,
    /// Google Pay.
    GooglePay,
    /// Click to Pay.
    ClickToPay,
    /// Invoice.
    Invoice,
    /// Instalments.
    Installment,
    /// Anything else; shown by its type name.
    Other,
}

impl MethodKind {
    /// Every kind with a short name, in the order shown.
    pub const NAMED: [Self; 10] = [
        Self::Vipps,
        Self::Card,
        Self::MobilePay,
        Self::Swish,
        Self::Klarna,
        Self::ApplePay,
        Self::GooglePay,
        Self::ClickToPay,
        Self::Invoice,
        Self::Installment,
    ];

    /// The short name, as in the config and on the command line. `Other` has none (`other`).
    #[must_use]
    pub const fn short_name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Vipps => "vipps",
            Self::MobilePay => "mobilepay",
            Self::Swish => "swish",
            Self::Klarna => "klarna",
            Self::ApplePay => "applepay",
            Self::GooglePay => "googlepay",
            Self::ClickToPay => "clicktopay",
            Self::Invoice => "invoice",
            Self::Installment => "installment",
            Self::Other => "other",
        }
    }

    /// The kind with this short name.
    #[must_use]
    pub fn from_short_name(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|k| k.short_name() == name)
    }

    /// The type meant where neither profile nor config is known (contracts, 2).
    #[must_use]
    pub const fn fallback_type(self) -> Option<&'static str> {
        match self {
            Self::Card => Some("dintero_psp.creditcard"),
            Self::Vipps => Some("dintero_psp.vipps"),
            Self::ApplePay => Some("dintero_psp.applepay"),
            Self::GooglePay => Some("dintero_psp.googlepay"),
            Self::ClickToPay => Some("dintero_psp.clicktopay"),
            Self::MobilePay => Some("payex.mobilepay"),
            Self::Swish => Some("swish.swish"),
            Self::Klarna => Some("klarna.klarna"),
            Self::Invoice | Self::Installment | Self::Other => None,
        }
    }
}

/// A method as the config, the command line or the seller named it: a short name (`vipps`, `card`)
/// or a payment product type (`dintero_psp.vipps`, `swish.swish`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Method(String);

/// Not a method's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no payment method has that name")]
pub struct MethodError;

impl Method {
    /// A short name, or `product.type` of lower-case letters, digits and underscores.
    ///
    /// # Errors
    /// Neither.
    pub fn parse(text: &str) -> Result<Self, MethodError> {
        let text = text.trim().to_ascii_lowercase();
        let word = |w: &str| {
            !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        let is_type = text.split_once('.').is_some_and(|(a, b)| word(a) && word(b));
        if text.len() <= 64 && (is_type || MethodKind::from_short_name(&text).is_some()) {
            return Ok(Self(text));
        }
        Err(MethodError)
    }

    /// The name, as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> MethodKind {
        kind_of_type(&self.0)
    }

    /// Whether this is a type name with a product (`a.b`) and not a short name.
    #[must_use]
    pub fn is_type(&self) -> bool {
        self.0.contains('.')
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kind of a payment product type, or of a short name: `dintero_psp.creditcard` is a card.
#[must_use]
pub fn kind_of_type(name: &str) -> MethodKind {
    if let Some(kind) = MethodKind::from_short_name(name) {
        return kind;
    }
    match name.rsplit_once('.').map_or(name, |(_, t)| t) {
        "creditcard" => MethodKind::Card,
        "vipps" => MethodKind::Vipps,
        "mobilepay" => MethodKind::MobilePay,
        "swish" => MethodKind::Swish,
        "klarna" => MethodKind::Klarna,
        "applepay" => MethodKind::ApplePay,
        "googlepay" => MethodKind::GooglePay,
        "clicktopay" => MethodKind::ClickToPay,
        t if t.starts_with("invoice") => MethodKind::Invoice,
        t if t.starts_with("installment") => MethodKind::Installment,
        _ => MethodKind::Other,
    }
}

/// Which methods the customer may use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MethodChoice {
    /// Every method of the payment profile: the link is made with `POST /v1/sessions-profile`.
    pub whole_profile: bool,
    /// The methods by name. With `whole_profile` what was known of the profile when the link was
    /// made, or else what its session told later; maybe nothing.
    pub methods: Vec<Method>,
}

impl MethodChoice {
    /// Nobody knows yet which methods these are: the payment profile could not be read when they were chosen.
    #[must_use]
    pub const fn untold(&self) -> bool {
        self.whole_profile && self.methods.is_empty()
    }

    /// Whether a push message takes the place of an SMS: one of Vipps, MobilePay, Swish alone
    /// (API, 2.4).
    #[must_use]
    pub fn push_replaces_sms(&self) -> bool {
        matches!(self.methods.as_slice(), [only]
            if matches!(only.kind(), MethodKind::Vipps | MethodKind::MobilePay | MethodKind::Swish))
    }
}

/// The product types that `methods` stand for, given the types that the account's payment profile
/// has switched on (`None`: not known, as when the account may not read it).
///
/// A type name stands for itself. A short name stands for every type of that kind in the profile;
/// with no profile known, for the types of that kind among `configured` (the config's `methods`),
/// else for [`MethodKind::fallback_type`]. In order, without repeats.
///
/// # Errors
/// The first short name that stands for nothing.
pub fn resolve_types(
    methods: &[Method],
    profile: Option<&[String]>,
    configured: &[Method],
) -> Result<Vec<String>, Method> {
    let mut out: Vec<String> = Vec::new();
    for method in methods {
        let found: Vec<String> = if method.is_type() {
            vec![method.as_str().to_owned()]
        } else if let Some(types) = profile {
            types.iter().filter(|t| kind_of_type(t) == method.kind()).cloned().collect()
        } else {
            let named: Vec<String> = configured
                .iter()
                .filter(|m| m.is_type() && m.kind() == method.kind())
                .map(|m| m.as_str().to_owned())
                .collect();
            if named.is_empty() {
                method.kind().fallback_type().map(str::to_owned).into_iter().collect()
            } else {
                named
            }
        };
        if found.is_empty() {
            return Err(method.clone());
        }
        for t in found {
            if !out.contains(&t) {
                out.push(t);
            }
        }
    }
    Ok(out)
}
