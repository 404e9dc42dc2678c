//! Reading a demo's JSON Schema: what a value may be, in words.

use serde_json::Value;

/// The JSON Schema of a demo's block, or of a part of one, with the means to follow its references.
#[derive(Clone, Copy)]
pub struct Schema<'a> {
    root: &'a Value,
    node: &'a Value,
}

impl<'a> Schema<'a> {
    /// The schema of a whole block.
    pub fn new(root: &'a Value) -> Self {
        Self { root, node: root }.resolved()
    }

    fn at(self, node: &'a Value) -> Self {
        Self { node, ..self }.resolved()
    }

    /// Follows `$ref`s, and alternatives of which only one is not `null`.
    fn resolved(self) -> Self {
        let mut node = self.node;
        // A schema that refers to itself without end would be a mistake of ours; better no words
        // than no end.
        for _ in 0..16 {
            if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
                match reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) {
                    Some(target) => node = target,
                    None => break,
                }
            } else if let Some(only) = ["allOf", "anyOf", "oneOf"].iter().find_map(|key| {
                let parts = node.get(key)?.as_array()?;
                let mut parts = parts.iter().filter(|part| part.get("type") != Some(&Value::from("null")));
                let first = parts.next()?;
                parts.next().is_none().then_some(first)
            }) {
                node = only;
            } else {
                break;
            }
        }
        Self { node, ..self }
    }

    /// The schema of the value that a JSON pointer leads to, from this schema's value on; nothing if the schema says
    /// nothing of such a value.
    pub fn lookup(self, pointer: &str) -> Option<Self> {
        pointer.split('/').skip(1).try_fold(self, |schema, token| {
            let token = token.replace("~1", "/").replace("~0", "~");
            if let Some(property) = schema.node.get("properties").and_then(|all| all.get(&token)) {
                return Some(schema.at(property));
            }
            if token.bytes().all(|b| b.is_ascii_digit())
                && let Some(items) = schema.node.get("items")
            {
                return Some(schema.at(items));
            }
            schema.node.get("additionalProperties").filter(|more| more.is_object()).map(|more| schema.at(more))
        })
    }

    /// The keys of an object, in the schema's order, with their schemas as written, so that a description beside a
    /// `$ref` is not lost. Empty if the value is no object.
    pub fn keys(self) -> Vec<Key<'a>> {
        let required: Vec<&str> = self
            .node
            .get("required")
            .and_then(Value::as_array)
            .map(|keys| keys.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let Some(properties) = self.node.get("properties").and_then(Value::as_object) else {
            return Vec::new();
        };
        properties
            .iter()
            .map(|(name, written)| Key {
                name,
                written,
                schema: self.at(written),
                required: required.contains(&name.as_str()),
            })
            .collect()
    }

    /// The texts or numbers that are allowed as the value, if there is a list of them; otherwise nothing.
    pub fn choices(self) -> Vec<&'a Value> {
        if let Some(only) = self.node.get("const") {
            return vec![only];
        }
        if let Some(all) = self.node.get("enum").and_then(Value::as_array) {
            return all.iter().filter(|choice| !choice.is_null()).collect();
        }
        ["oneOf", "anyOf"]
            .iter()
            .find_map(|key| {
                let parts = self.node.get(key)?.as_array()?;
                let mut all = Vec::new();
                for part in parts.iter().filter(|part| part.get("type") != Some(&Value::from("null"))) {
                    let choices = self.at(part).choices();
                    if choices.is_empty() {
                        return None;
                    }
                    all.extend(choices);
                }
                Some(all)
            })
            .unwrap_or_default()
    }

    /// The texts that are allowed as the value, if there is a list of them; otherwise nothing.
    pub fn words(self) -> Vec<&'a str> {
        self.choices().into_iter().filter_map(Value::as_str).collect()
    }

    /// What kind of value the schema asks for, in words, such as "a whole number".
    pub fn kind(self) -> String {
        if !self.choices().is_empty() {
            return "one of the choices".to_owned();
        }
        let words = |kind: &str| match kind {
            "string" => "text".to_owned(),
            "integer" => "a whole number".to_owned(),
            "number" => "a number".to_owned(),
            "boolean" => "true or false".to_owned(),
            "array" => match self.node.get("items") {
                Some(items) => format!("a list, each item {}", self.at(items).kind()),
                None => "a list".to_owned(),
            },
            "object" => "an object".to_owned(),
            other => other.to_owned(),
        };
        match self.node.get("type") {
            Some(Value::String(kind)) => words(kind),
            Some(Value::Array(kinds)) => {
                join(kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").map(words))
            }
            _ => match ["anyOf", "oneOf"].iter().find_map(|key| self.node.get(key)?.as_array()) {
                Some(parts) => join(
                    parts
                        .iter()
                        .filter(|part| part.get("type") != Some(&Value::from("null")))
                        .map(|part| self.at(part).kind()),
                ),
                None => "a value".to_owned(),
            },
        }
    }

    /// The limits of a number, of a text's length or of a list's length, in words; empty if there are none.
    pub fn bounds(self) -> String {
        let limit = |key: &str| self.node.get(key).map(number);
        let range = |low: Option<String>, high: Option<String>| match (low, high) {
            (Some(low), Some(high)) => Some(format!("{low} to {high}")),
            (Some(low), None) => Some(format!("at least {low}")),
            (None, Some(high)) => Some(format!("at most {high}")),
            (None, None) => None,
        };
        let mut parts = Vec::new();
        parts.extend(range(limit("minimum"), limit("maximum")));
        parts.extend(limit("exclusiveMinimum").map(|low| format!("more than {low}")));
        parts.extend(limit("exclusiveMaximum").map(|high| format!("less than {high}")));
        parts.extend(limit("multipleOf").map(|step| format!("a multiple of {step}")));
        match (limit("minLength"), limit("maxLength")) {
            (Some(one), None) if one == "1" => parts.push("not empty".to_owned()),
            (low, high) => parts.extend(range(low, high).map(|n| format!("{n} characters"))),
        }
        parts.extend(range(limit("minItems"), limit("maxItems")).map(|n| format!("{n} items")));
        parts.extend(self.node.get("pattern").and_then(Value::as_str).map(|pattern| format!("matching `{pattern}`")));
        parts.join(", ")
    }

    /// What the value means, as the schema describes it; nothing if the schema does not.
    pub fn description(self) -> Option<&'a str> {
        self.node.get("description").and_then(Value::as_str)
    }
}

/// A key of an object that a schema describes.
pub struct Key<'a> {
    /// The key's name.
    pub name: &'a str,
    /// The schema of the key's value, with references followed.
    pub schema: Schema<'a>,
    /// Whether the key may not be left out.
    pub required: bool,
    written: &'a Value,
}

impl<'a> Key<'a> {
    /// What the key means: the words beside the key, else those of its value's type; empty if there are none.
    pub fn description(&self) -> &'a str {
        self.written
            .get("description")
            .and_then(Value::as_str)
            .or_else(|| self.schema.description())
            .unwrap_or_default()
    }

    /// The value that is taken when the key is left out; nothing if the schema names none.
    pub fn default(&self) -> Option<&'a Value> {
        self.written.get("default").filter(|value| !value.is_null())
    }
}

/// A number of the schema as an author would write it.
fn number(value: &Value) -> String {
    match value.as_f64() {
        // schemars writes the bounds of integers as floating-point numbers now and then.
        Some(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
        _ => value.to_string(),
    }
}

fn join(words: impl Iterator<Item = String>) -> String {
    let mut unique: Vec<String> = Vec::new();
    for word in words {
        if !unique.contains(&word) {
            unique.push(word);
        }
    }
    unique.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_for_what_a_value_may_be() {
        let root = json!({
            "properties": {
                "a": { "type": ["integer", "null"], "minimum": 0.0, "maximum": 60 },
                "b": { "$ref": "#/$defs/B", "description": "beside the reference" },
                "c": { "type": "array", "items": { "type": "string" }, "maxItems": 3 },
                "d": { "anyOf": [{ "$ref": "#/$defs/B" }, { "type": "null" }] },
                "e": { "anyOf": [{ "type": "number" }, { "type": "string" }] },
            },
            "required": ["b"],
            "$defs": { "B": { "description": "the type's words", "oneOf": [
                { "const": "x", "description": "ex" }, { "enum": ["y", "z"] }] } }
        });
        let schema = Schema::new(&root);
        let keys = schema.keys();
        let get = |name: &str| keys.iter().find(|key| key.name == name).unwrap();
        assert_eq!(get("a").schema.kind(), "a whole number");
        assert_eq!(get("a").schema.bounds(), "0 to 60");
        assert_eq!(get("b").schema.words(), ["x", "y", "z"]);
        assert_eq!(get("b").description(), "beside the reference");
        assert!(get("b").required);
        assert_eq!(get("c").schema.kind(), "a list, each item text");
        assert_eq!(get("c").schema.bounds(), "at most 3 items");
        assert_eq!(get("d").schema.words(), ["x", "y", "z"]);
        assert_eq!(get("e").schema.kind(), "a number or text");
        assert_eq!(schema.lookup("/c/0").unwrap().kind(), "text");
        assert!(schema.lookup("/nothing").is_none());
    }
}
