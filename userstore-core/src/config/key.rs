//! The settings: their names, as the environment spells them, their defaults, and what they mean.

use super::reference::Setting;

/// One setting.
#[derive(Clone, Copy)]
pub(super) struct Key {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// The name that hosting platforms use.
    pub(super) alias: Option<&'static str>,
    pub(super) default: Preset,
    /// What it means, as Markdown without a full stop at its end.
    pub(super) about: &'static str,
}

/// How a text from the environment is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    /// `true` or `false`.
    Switch,
    /// Texts with commas between them; nothing at all is an empty list.
    List,
    /// Also read from the file that `…_FILE` names.
    Secret,
}

/// What holds where nobody sets it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Preset {
    /// This value.
    Is(&'static str),
    /// A value that depends on something else, told as Markdown.
    Told(&'static str),
    Nothing,
}

impl Key {
    /// `USERSTORE_<SECTION>_<KEY>`.
    pub(super) fn variable(&self) -> String {
        format!("USERSTORE_{}_{}", self.section, self.name).to_uppercase()
    }

    pub(super) const fn known_as(self, alias: &'static str) -> Self {
        Self { alias: Some(alias), ..self }
    }

    /// As the manual has it.
    pub(super) fn described(&self) -> Setting {
        let default = match self.default {
            Preset::Is("") if self.kind == Kind::List => Some("`[]`".to_owned()),
            Preset::Is(value) => Some(format!("`{value}`")),
            Preset::Told(text) => Some(text.to_owned()),
            Preset::Nothing => None,
        };
        let variables = [Some(self.variable()), self.alias.map(str::to_owned)].into_iter().flatten().collect();
        Setting { key: self.path(), variables, is_secret: self.kind == Kind::Secret, default, about: self.about }
    }

    /// `section.key`, as the file of settings has it.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }
}
