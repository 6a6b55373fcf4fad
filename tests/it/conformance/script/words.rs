//! What the dice choose from.

/// Names of accounts: spellings of one, near ones, and what is none.
pub(super) const USERS: [&str; 30] = [
    "alice",
    "ALICE",
    "alic\u{e9}",
    "alice ",
    " alice",
    "alice2",
    "ali_e",
    "ali%e",
    "ali",
    "al",
    "bob",
    "b_b",
    "b-b",
    "b.b",
    "bab",
    "zo\u{eb}",
    "zoe\u{308}",
    "zoe",
    "stra\u{df}e",
    "strasse",
    "\u{130}van",
    "ivan",
    "\u{1f600}",
    "nul\u{0}",
    "\u{43c}\u{430}\u{440}\u{438}\u{44f}",
    "\u{5c71}\u{7530}",
    "x@example.org",
    "me",
    "admin",
    "\u{ff42}ob",
];

/// Those that are mostly asked for.
pub(super) const USUAL: [&str; 6] = ["alice", "ALICE", "bob", "zo\u{eb}", "zoe\u{308}", "ali"];

/// Names of members: as near to each other as can be.
pub(super) const MEMBERS: [&str; 32] = [
    "Ada",
    "ada",
    "ADA",
    "Ada ",
    " Ada",
    "Ada\t",
    "Ad\u{e1}",
    "Ada\u{301}",
    "Ada%",
    "A_a",
    "Aaa",
    "A\\a",
    "A'a",
    "A\"a",
    "%",
    "_",
    "\u{1f600}",
    "\u{1f601}",
    "\u{1f600} ",
    "Zo\u{e9}",
    "Zoe\u{301}",
    "Zoe",
    "stra\u{df}e",
    "strasse",
    "nul\u{0}",
    "",
    " ",
    "'; DROP TABLE members; --",
    "\u{17f}",
    "s",
    "\u{fb01}n",
    "fin",
];

/// Objects for accounts.
pub(super) const DATA: [&str; 11] = [
    "{}",
    r#"{"a": 1, "b": [null, true], "z": "\u0000"}"#,
    r#"{"b": 1, "a": {"c": "\ud83d\ude00", "": 0}}"#,
    r#"{"n": 18446744073709551615, "m": -9223372036854775808, "f": 0.1, "e": 5e-324}"#,
    r#"{"a": null}"#,
    r#"{"a": {"c": null, "d": "it's \"\\ \u2028"}}"#,
    r#"{"A": 1, "a": 2, "\u00e9": 3, "e\u0301": 4}"#,
    r#"{"x": 1.0, "y": 100000000000000000000, "w": -0.0}"#,
    r#"{"a": 1, "a": 2}"#,
    "[]",
    "null",
];

pub(super) const PASSWORDS: [&str; 3] = ["a plum for all, 7", "another plum, 8", "short"];

pub(super) const IDS: [&str; 12] = ["1", "1", "2", "2", "3", "3", "4", "5", "6", "9223372036854775807", "0", "07"];

/// What can stand before lists.
pub(super) const PREFIXES: [&str; 14] =
    ["a", "A", "al", "ali_", "ali%", "b", "Zo", "Zoe\u{301}", "%", "_", "\u{1f600}", "Ada ", "stra\u{df}", "\u{0}"];
