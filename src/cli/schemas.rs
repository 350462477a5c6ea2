//! The schemas that this program holds: one table for the command, for `schemas/` and for the test that compares both.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::{
    config::Config,
    iodef::{self, Profile},
    record,
    sharing::Agreement,
};

/// A schema.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Its name for the command.
    pub name: &'static str,
    /// The file in `schemas/`.
    pub file: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Prints it.
    pub print: fn() -> String,
}

/// All of them.
pub const SCHEMAS: &[Schema] = &[
    Schema {
        name: "record",
        file: "record.schema.json",
        about: "JSON Schema of the record format",
        print: record::schema,
    },
    Schema {
        name: "iodef-xml",
        file: "iodef-2.0.xsd",
        about: "XML Schema of IODEF, as RFC 7970 prints it",
        print: || iodef::xml_schema(Profile::Rfc7970),
    },
    Schema {
        name: "iodef-xml-errata",
        file: "iodef-2.0-errata.xsd",
        about: "XML Schema of IODEF, RFC 7970 with its errata",
        print: || iodef::xml_schema(Profile::Errata),
    },
    Schema {
        name: "iodef-json",
        file: "iodef-2.0.schema.json",
        about: "JSON Schema of IODEF (RFC 8727)",
        print: iodef::json_schema,
    },
    Schema {
        name: "iodef-cbor",
        file: "iodef-2.0.cddl",
        about: "CDDL of IODEF in CBOR (RFC 8727)",
        print: iodef::cddl,
    },
    Schema {
        name: "agreement",
        file: "agreement.schema.json",
        about: "JSON Schema of agreement.toml",
        print: Agreement::schema,
    },
    Schema { name: "config", file: "config.schema.json", about: "JSON Schema of config.toml", print: Config::schema },
];

/// Reads the name of a schema.
pub(super) fn schemas() -> impl TypedValueParser<Value = &'static Schema> {
    let names = SCHEMAS.iter().map(|schema| PossibleValue::new(schema.name).help(schema.about));
    PossibleValuesParser::new(names).try_map(|name| {
        SCHEMAS.iter().find(|schema| schema.name == name).ok_or("a schema of the list") // the parser has checked it
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn the_checked_in_schemas_are_those_that_are_printed() {
        for schema in SCHEMAS {
            crate::config::stale(&format!("schemas/{}", schema.file), &(schema.print)());
        }
        let folder = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")).unwrap();
        let there: BTreeSet<_> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        let named: BTreeSet<_> = SCHEMAS.iter().map(|schema| schema.file.to_owned()).collect();
        assert_eq!(there, named, "every file has its schema");
    }
}
