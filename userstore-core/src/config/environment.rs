//! What the environment and the flags of a program say of the settings.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

use super::key::{Key, Kind};
use super::keys::KEYS;
use crate::error::{Error, Result};

/// Names the file of settings.
pub(super) const CONFIG: &str = "USERSTORE_CONFIG";

/// The variables of an environment. `Debug` gives their names alone.
#[derive(Clone, Default)]
pub(super) struct Variables(BTreeMap<String, OsString>);

/// What the flags of a program say: by the key of the setting, the flag's name and its value.
pub(super) type Flags = BTreeMap<&'static str, (&'static str, String)>;

impl Variables {
    /// Those of this process. A name that is not UTF-8 stays unknown.
    pub(super) fn of_process() -> Self {
        Self(std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value)).collect())
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// The content of the file that a variable names, and the file.
    pub(super) fn file(&self, name: &str) -> Result<Option<(PathBuf, String)>> {
        let Some(file) = self.0.get(name).map(PathBuf::from) else { return Ok(None) };
        if file.as_os_str().is_empty() {
            return Err(Error::Settings(format!("{name} is empty; name a file, or unset it")));
        }
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Some((file, text))),
            Err(error) => {
                Err(Error::Settings(format!("{name} names {}, which cannot be read: {error}", file.display())))
            }
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>> {
        let text = |value: &OsString| value.to_str().map(str::to_owned);
        let refuse = || Error::Settings(format!("{name} is not text in UTF-8; set it anew, or unset it"));
        self.0.get(name).map(|value| text(value).ok_or_else(refuse)).transpose()
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The settings that the environment and the flags give, and which of them gave each.
pub(super) struct Given {
    sections: Dict,
    names: BTreeMap<String, String>,
}

impl Given {
    /// A flag wins over every name that the environment has for its setting.
    pub(super) fn of(variables: &Variables, flags: &Flags) -> Result<Self> {
        let mut given = Self { sections: Dict::new(), names: BTreeMap::new() };
        let mut known = vec![CONFIG.to_owned()];
        for key in KEYS {
            let path = key.path();
            let found = match flags.get(path.as_str()) {
                Some((flag, value)) => Some(((*flag).to_owned(), value.clone())),
                None => find(key, variables)?,
            };
            if let Some((name, value)) = found {
                let section = given.sections.entry(key.section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
                if let Value::Dict(_, entries) = section {
                    entries.insert(key.name.to_owned(), typed(key, &name, value)?);
                }
                given.names.insert(path, name);
            }
            let variable = key.variable();
            if key.kind == Kind::Secret {
                known.push(format!("{variable}_FILE"));
            }
            known.push(variable);
        }
        match variables.0.keys().find(|name| name.starts_with("USERSTORE_") && !known.contains(name)) {
            Some(unknown) => {
                Err(Error::Settings(format!("there is no setting {unknown}; unset it or correct its name")))
            }
            None => Ok(given),
        }
    }

    /// The variable or the flag that has set this key, with the key; else the key, and the file it is in.
    pub(super) fn locate(&self, key: &str, file: Option<&Path>) -> (String, String) {
        match (self.names.get(key), file) {
            (Some(name), _) => (subject(name, key), String::new()),
            (None, Some(file)) => (key.to_owned(), format!(" (in {})", file.display())),
            (None, None) => (key.to_owned(), String::new()),
        }
    }
}

fn subject(name: &str, key: &str) -> String {
    format!("{name} ({key})")
}

/// What the environment says of a setting, and the variable that says it.
fn find(key: &Key, variables: &Variables) -> Result<Option<(String, String)>> {
    let mut found: Option<(String, String)> = None;
    for name in [Some(key.variable()), key.alias.map(str::to_owned)].into_iter().flatten() {
        let Some((name, value)) = value_of(key, &name, variables)? else { continue };
        match &found {
            Some((first, other)) if *other != value => {
                let path = key.path();
                return Err(Error::Settings(format!(
                    "{first} and {name} both set {path} and differ; keep one of them"
                )));
            }
            _ => found = Some((name, value)),
        }
    }
    Ok(found)
}

/// What a variable says, itself or by the file that its `…_FILE` names.
fn value_of(key: &Key, name: &str, variables: &Variables) -> Result<Option<(String, String)>> {
    let direct = variables.text(name)?;
    let from_file = format!("{name}_FILE");
    if key.kind != Kind::Secret || !variables.0.contains_key(&from_file) {
        return Ok(direct.map(|value| (name.to_owned(), value)));
    }
    if direct.is_some() {
        return Err(Error::Settings(format!("{name} and {from_file} are both set; keep one of them")));
    }
    let read = variables.file(&from_file)?;
    Ok(read.map(|(_, text)| (from_file, text.trim_end_matches(['\r', '\n']).to_owned())))
}

fn typed(key: &Key, name: &str, value: String) -> Result<Value> {
    let refuse = |what: &str| Error::Settings(format!("{} must be {what}", subject(name, &key.path())));
    match key.kind {
        Kind::Text | Kind::Secret => Ok(Value::from(value)),
        Kind::Number => value.parse::<u64>().map(Value::from).map_err(|_| refuse("a whole number")),
        Kind::Switch => value.parse::<bool>().map(Value::from).map_err(|_| refuse("true or false")),
        Kind::List if value.trim().is_empty() => Ok(Value::from(Vec::<String>::new())),
        Kind::List => {
            let entries: Vec<String> = value.split(',').map(|entry| entry.trim().to_owned()).collect();
            if entries.iter().any(String::is_empty) {
                return Err(refuse("a list with one comma between two entries"));
            }
            Ok(Value::from(entries))
        }
    }
}

impl Provider for &Given {
    fn metadata(&self) -> Metadata {
        Metadata::named("environment and flags")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.sections.clone())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, value: &str) -> Result<Value> {
        let key = Key { section: "server", name: "things", kind, alias: None, ..KEYS[0] };
        typed(&key, "USERSTORE_SERVER_THINGS", value.to_owned())
    }

    #[test]
    fn a_list_has_commas_between_its_entries() {
        for (text, entries) in [
            ("", &[][..]),
            (" ", &[]),
            ("a", &["a"]),
            ("a,b", &["a", "b"]),
            (" ::1/128 , 10.0.0.0/8\n", &["::1/128", "10.0.0.0/8"]),
        ] {
            assert_eq!(read(Kind::List, text).unwrap(), Value::from(entries.to_vec()), "{text:?}");
        }
        for text in [",", "canary,", ",canary", "canary,,b", "canary, ,b"] {
            let refused = read(Kind::List, text).unwrap_err().to_string();
            let told = "USERSTORE_SERVER_THINGS (server.things) must be a list with one comma between two entries";
            assert_eq!(refused, told, "{text:?}");
        }
    }

    #[test]
    fn a_switch_is_true_or_false() {
        assert_eq!(read(Kind::Switch, "true").unwrap(), Value::from(true));
        assert_eq!(read(Kind::Switch, "false").unwrap(), Value::from(false));
        for text in ["", "1", "0", "yes", "on", "True", " true", "canary"] {
            let refused = read(Kind::Switch, text).unwrap_err().to_string();
            assert_eq!(refused, "USERSTORE_SERVER_THINGS (server.things) must be true or false", "{text:?}");
        }
    }
}
