//! Where settings come from: defaults, a file, the environment, flags; the later wins.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::error::Kind as Fault;
use figment::providers::{Format as _, Toml};

use super::Settings;
use super::environment::{CONFIG, Flags, Given, Variables};
use crate::error::{Error, Result};

/// The file that is read from the working directory where no other is named.
const FILE: &str = "userstore.toml";

/// Where to look for settings. `Debug` shows no value.
#[derive(Clone, Default)]
pub struct Sources {
    file: Option<PathBuf>,
    environment: Variables,
    flags: Flags,
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let flags: Vec<_> = self.flags.values().map(|(name, _)| name).collect();
        let Self { file, environment, .. } = self;
        f.debug_struct("Sources").field("file", file).field("environment", environment).field("flags", &flags).finish()
    }
}

impl Sources {
    /// The environment of this process, and the file that it names in `USERSTORE_CONFIG`.
    #[must_use]
    pub fn from_process() -> Self {
        Self { environment: Variables::of_process(), ..Self::default() }
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
        self.environment.set(name, value);
        self
    }

    /// What a flag such as `--port` says of the setting with the key `server.port`, if it is given: it wins over the
    /// environment, and an error names it.
    #[must_use]
    pub fn flag(mut self, flag: &'static str, key: &'static str, value: Option<String>) -> Self {
        self.flags.extend(value.map(|value| (key, (flag, value))));
        self
    }

    /// The file of settings and its text, if there is one.
    fn read_file(&self) -> Result<Option<(PathBuf, String)>> {
        let file = match &self.file {
            Some(file) => file.as_path(),
            None => match self.environment.file(CONFIG)? {
                None if Path::new(FILE).exists() => Path::new(FILE),
                named => return Ok(named),
            },
        };
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(Some((file.to_owned(), text))),
            Err(error) => Err(Error::Settings(format!("{} cannot be read: {error}", file.display()))),
        }
    }
}

/// Loads the settings: the defaults; over them `userstore.toml` in the working directory, or the file named in its
/// place; over it the environment (`DATABASE_URL`, `HOST`, `PORT`, and every key as `USERSTORE_<SECTION>_<KEY>`;
/// `…_FILE` reads a secret from a file); over it the flags.
///
/// # Errors
/// [`Error::Settings`], which names the key, the variable or the flag: one that is unknown, does not parse, is given
/// under two names that differ, or is not valid.
pub fn load(sources: &Sources) -> Result<Settings> {
    let (file, text) = sources.read_file()?.unzip();
    let given = Given::of(&sources.environment, &sources.flags)?;
    let figment = Figment::from(Toml::string(&text.unwrap_or_default())).merge(&given);
    let settings: Settings = figment.extract().map_err(|error| describe(error, &given, file.as_deref()))?;
    settings.validate()?;
    Ok(settings)
}

/// Says what is wrong with a value, never what the value was: it may be a secret.
fn describe(error: figment::Error, given: &Given, file: Option<&Path>) -> Error {
    let key = error.path.join(".");
    let is_given = error.metadata.as_ref().is_some_and(|data| data.name == Given::NAME);
    let (subject, place) = match file {
        _ if is_given => (given.subject(&key), String::new()),
        Some(file) => (key.clone(), format!(" (in {})", file.display())),
        None => (key.clone(), String::new()),
    };
    Error::Settings(match error.kind {
        Fault::InvalidType(_, expected) | Fault::InvalidValue(_, expected) => {
            let expected = match expected.as_str() {
                "u16" => "a whole number from 0 to 65535".to_owned(),
                "u32" => "a whole number from 0 to 4294967295".to_owned(),
                text if text.starts_with("struct ") => format!("a section, under a line [{key}]"),
                _ => expected,
            };
            format!("{subject} must be {expected}{place}")
        }
        Fault::UnknownField(_, known) => {
            let section = error.path.len() > 1;
            let kind = if section { "keys there" } else { "sections" };
            format!("there is no key `{key}`{place}; the {kind} are {}", known.join(", "))
        }
        Fault::UnknownVariant(_, known) => format!("{subject} must be one of {}{place}", known.join(", ")),
        Fault::Message(text) if key.is_empty() => {
            let first = text.lines().next().unwrap_or_default();
            format!("the file of settings is not TOML{place}: {first}")
        }
        Fault::Message(_) if key == "server.host" => {
            format!("{subject} must be an IP address, such as 127.0.0.1, 0.0.0.0 or ::1{place}")
        }
        Fault::Message(text) => format!("{subject} {text}{place}"),
        other => format!("{subject} {other}{place}"),
    })
}
