//! New ids and secrets, in the forms that the API uses (API, 1).

use uuid::Uuid;

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// 22 characters of base 58: a whole random UUID.
pub(super) fn short() -> String {
    let mut rest = Uuid::new_v4().as_u128();
    let mut digits = [b'1'; 22];
    for digit in digits.iter_mut().rev() {
        // The remainder is below 58, so the index is in range and the cast loses nothing.
        *digit = BASE58[(rest % 58) as usize];
        rest /= 58;
    }
    digits.iter().map(|b| char::from(*b)).collect()
}

/// The id of a session or a transaction of `account`.
pub(super) fn of_account(account: &str) -> String {
    format!("{account}.{}", short())
}

/// A random UUID as text: event ids, request ids, client ids.
pub(super) fn uuid() -> String {
    Uuid::new_v4().to_string()
}

/// A new test account's id.
pub(super) fn account_id() -> String {
    format!("T{:08}", Uuid::new_v4().as_u128() % 100_000_000)
}

/// A client secret, or the random part of a token.
pub(super) fn secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_forms_of_the_api() {
        let account = account_id();
        assert_eq!(account.len(), 9);
        assert!(account.starts_with('T') && account[1..].bytes().all(|b| b.is_ascii_digit()));
        let id = of_account(&account);
        assert_eq!(id.len(), 9 + 1 + 22);
        assert_ne!(short(), short());
    }
}
