//! `[tui]` in `config.toml`.

use std::collections::HashMap;

use toml_edit::{DocumentMut, Item, TableLike};

/// What can be set there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// `dark` or `light`; as the terminal says if absent.
    pub(crate) light: Option<bool>,
    pub(crate) mouse: bool,
    /// Keys by the name of their action.
    pub(crate) keys: HashMap<String, Vec<String>>,
    /// Colours by name: `accent = "#7aa2f7"`.
    pub(crate) colors: HashMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { light: None, mouse: true, keys: HashMap::new(), colors: HashMap::new() }
    }
}

impl Settings {
    /// # Errors
    ///
    /// What is wrong, in a line.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
        let mut settings = Self::default();
        let Some(table) = document.get("tui") else { return Ok(settings) };
        let table = table.as_table_like().ok_or("`tui` must be a table")?;
        for (name, item) in table.iter() {
            match name {
                "theme" => settings.light = theme(item)?,
                "mouse" => settings.mouse = item.as_bool().ok_or("tui.mouse must be true or false")?,
                "keys" => settings.keys = keys(table_of(item, "tui.keys")?)?,
                "colors" => settings.colors = colors(table_of(item, "tui.colors")?)?,
                _ => return Err(format!("there is no setting tui.{name}; there are theme, mouse, keys and colors")),
            }
        }
        Ok(settings)
    }
}

fn theme(item: &Item) -> Result<Option<bool>, String> {
    match item.as_str() {
        Some("auto") => Ok(None),
        Some("dark") => Ok(Some(false)),
        Some("light") => Ok(Some(true)),
        _ => Err("tui.theme must be \"auto\", \"dark\" or \"light\"".to_owned()),
    }
}

fn table_of<'a>(item: &'a Item, name: &str) -> Result<&'a dyn TableLike, String> {
    item.as_table_like().ok_or_else(|| format!("{name} must be a table"))
}

/// A key, or several.
fn keys(table: &dyn TableLike) -> Result<HashMap<String, Vec<String>>, String> {
    let keys_of = |(name, item): (&str, &Item)| {
        let one = item.as_str().map(|key| vec![key.to_owned()]);
        let several = || {
            let array = item.as_array()?;
            array.iter().map(|key| key.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        };
        let keys = one.or_else(several).ok_or_else(|| format!("tui.keys.{name} must be a key or an array of keys"))?;
        Ok((name.to_owned(), keys))
    };
    table.iter().map(keys_of).collect()
}

fn colors(table: &dyn TableLike) -> Result<HashMap<String, String>, String> {
    let color_of = |(name, item): (&str, &Item)| {
        let color = item.as_str().ok_or_else(|| format!("tui.colors.{name} must be a colour such as \"#7aa2f7\""))?;
        Ok((name.to_owned(), color.to_owned()))
    };
    table.iter().map(color_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_can_be_set() {
        let text = "default_profile = \"work\"\n[tui]\ntheme = \"light\"\nmouse = false\n\
                    [tui.keys]\ndone = [\"x\", \"ctrl-x\"]\nquit = \"Q\"\n[tui.colors]\naccent = \"#ff0000\"\n";
        let settings = Settings::parse(text).unwrap();
        assert_eq!((settings.light, settings.mouse), (Some(true), false));
        assert_eq!(settings.keys["done"], ["x", "ctrl-x"]);
        assert_eq!(settings.keys["quit"], ["Q"]);
        assert_eq!(settings.colors["accent"], "#ff0000");
        assert_eq!(Settings::parse(""), Ok(Settings::default()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("tui = 1", "tui"),
            ("[tui]\ntheme = \"blue\"", "tui.theme"),
            ("[tui]\nmose = true", "tui.mose"),
            ("[tui.keys]\ndone = 1", "tui.keys.done"),
        ] {
            assert!(Settings::parse(text).unwrap_err().contains(named), "{text}");
        }
    }
}
