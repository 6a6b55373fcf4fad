//! Where settings come from: defaults, a file, the environment; the later wins.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::error::Kind as Fault;
use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::Settings;
use super::key::{KEYS, Key, Kind};
use crate::error::{Error, Result};

/// The file that is read from the working directory where no other is named.
const FILE: &str = "userstore.toml";

/// Where to look for settings.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    file: Option<PathBuf>,
    environment: Variables,
}

/// The variables of an environment. `Debug` gives their names alone.
#[derive(Clone, Default)]
struct Variables(BTreeMap<String, String>);

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Sources {
    /// The environment of this process, and the file that it names in `USERSTORE_CONFIG`.
    #[must_use]
    pub fn from_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())));
        Self { file: None, environment: Variables(variables.collect()) }
    }

    /// Reads this file, whatever the environment says; it has to be there.
    #[must_use]
    pub fn file(mut self, path: Option<PathBuf>) -> Self {
        self.file = path.or(self.file);
        self
    }

    /// As if the environment had this variable, in the place of any it has.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.0.insert(name.to_owned(), value.to_owned());
        self
    }
}

/// Loads the settings: the defaults; over them `userstore.toml` in the working directory, or the file named in its
/// place; over it the environment (`DATABASE_URL`, `HOST`, `PORT`, and every key as `USERSTORE_<SECTION>_<KEY>`;
/// `…_FILE` reads a secret from a file).
///
/// # Errors
/// [`Error::Settings`], which names the key or the variable: one that is unknown, does not parse, is given under two
/// names that differ, or is not valid.
pub fn load(sources: &Sources) -> Result<Settings> {
    let variables = &sources.environment.0;
    let named = sources.file.clone().or_else(|| variables.get("USERSTORE_CONFIG").map(PathBuf::from));
    let file = named.or_else(|| Path::new(FILE).exists().then(|| PathBuf::from(FILE)));
    let mut figment = Figment::new();
    if let Some(file) = &file {
        figment = figment.merge(Toml::string(&read(file)?));
    }
    let settings: Settings =
        figment.merge(Environment::of(variables)?).extract().map_err(|error| describe(error, file.as_deref()))?;
    settings.validate()?;
    Ok(settings)
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file)
        .map_err(|error| Error::Settings(format!("{} cannot be read: {error}", file.display())))
}

/// Says what is wrong with a value, never what the value was: it may be a secret.
fn describe(error: figment::Error, file: Option<&Path>) -> Error {
    let place = match (error.metadata.as_ref().map(|data| data.name.as_ref()), file) {
        (Some(ENVIRONMENT), _) => " (from the environment)".to_owned(),
        (_, Some(file)) => format!(" (in {})", file.display()),
        (_, None) => String::new(),
    };
    let key = error.path.join(".");
    Error::Settings(match error.kind {
        Fault::InvalidType(_, expected) | Fault::InvalidValue(_, expected) => {
            let expected = if expected.starts_with('u') { "a whole number that is not too large" } else { &expected };
            format!("{key} must be {expected}{place}")
        }
        Fault::UnknownField(name, known) | Fault::UnknownVariant(name, known) if known.is_empty() => {
            format!("{key}: `{name}` is not known{place}")
        }
        Fault::UnknownField(name, known) => {
            let path = if key.is_empty() || key.ends_with(&name) { name } else { format!("{key}.{name}") };
            format!("there is no key `{path}`{place}; the keys are {}", known.join(", "))
        }
        Fault::UnknownVariant(_, known) => format!("{key} must be one of {}{place}", known.join(", ")),
        Fault::Message(text) if key.is_empty() => {
            let first = text.lines().next().unwrap_or_default();
            format!("the file of settings is not TOML{place}: {first}")
        }
        Fault::Message(_) if key == "server.host" => {
            format!("{key} must be an IP address, such as 127.0.0.1, 0.0.0.0 or ::1{place}")
        }
        Fault::Message(text) => format!("{key} {text}{place}"),
        other => format!("{key} {other}{place}"),
    })
}

const ENVIRONMENT: &str = "environment";

/// The settings that the environment gives.
struct Environment(Dict);

impl Environment {
    fn of(variables: &BTreeMap<String, String>) -> Result<Self> {
        let mut sections = Dict::new();
        let mut known = vec!["USERSTORE_CONFIG".to_owned()];
        for key in KEYS {
            let variable = key.variable();
            let names = [Some(variable.as_str()), key.alias];
            let mut found: Option<(String, &str)> = None;
            for name in names.into_iter().flatten() {
                let Some(value) = value_of(key, name, variables)? else { continue };
                match &found {
                    Some((other, first)) if *other != value => {
                        return Err(Error::Settings(format!(
                            "{first} and {name} both set {} and differ; keep one of them",
                            key.path()
                        )));
                    }
                    _ => found = Some((value, name)),
                }
            }
            if let Some((value, name)) = found {
                let section = sections.entry(key.section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
                if let Value::Dict(_, entries) = section {
                    entries.insert(key.name.to_owned(), typed(key, name, value)?);
                }
            }
            if key.kind == Kind::Secret {
                known.push(format!("{variable}_FILE"));
            }
            known.push(variable);
        }
        match variables.keys().find(|name| name.starts_with("USERSTORE_") && !known.contains(name)) {
            Some(unknown) => {
                Err(Error::Settings(format!("there is no setting {unknown}; unset it or correct its name")))
            }
            None => Ok(Self(sections)),
        }
    }
}

/// What a variable says, itself or by the file that its `…_FILE` names.
fn value_of(key: &Key, name: &str, variables: &BTreeMap<String, String>) -> Result<Option<String>> {
    let direct = variables.get(name);
    let from_file = variables.get(&format!("{name}_FILE")).filter(|_| key.kind == Kind::Secret);
    match (direct, from_file) {
        (Some(_), Some(_)) => Err(Error::Settings(format!("{name} and {name}_FILE are both set; keep one of them"))),
        (Some(value), None) => Ok(Some(value.clone())),
        (None, Some(file)) => Ok(Some(read(Path::new(file))?.trim_end_matches(['\r', '\n']).to_owned())),
        (None, None) => Ok(None),
    }
}

fn typed(key: &Key, name: &str, value: String) -> Result<Value> {
    match key.kind {
        Kind::Text | Kind::Secret => Ok(Value::from(value)),
        Kind::Number => value
            .parse::<u64>()
            .map(Value::from)
            .map_err(|_| Error::Settings(format!("{name} must be a whole number ({})", key.path()))),
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named(ENVIRONMENT)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.0.clone())]))
    }
}
