//! XML Schema (W3C XML Schema 1.0).

use std::fmt::{self, Write as _};

use super::super::{
    Dialect,
    def::{Card, ChoiceDef, ClassDef, EnumDef, Facet, FieldDef, Kind, Shape, SimpleDef},
};

/// What an XML Schema is printed from.
#[derive(Clone, Copy, Debug)]
pub struct XmlSchema {
    /// The class of the root element; its namespace is that of the schema.
    pub root: &'static ClassDef,
    /// What the schema says of itself.
    pub title: &'static str,
    /// The prefix for the namespace of the schema.
    pub prefix: &'static str,
    /// Other schemas that it uses: prefix, namespace, place. The prefix `xml` needs no declaration.
    pub imports: &'static [(&'static str, &'static str, &'static str)],
    /// What it says otherwise than the tables.
    pub dialect: &'static Dialect,
}

impl XmlSchema {
    /// The schema: two spaces to a level, elements and types in the order in which the classes name them first.
    pub fn print(&self) -> String {
        let mut names = Names { of: self, elements: Vec::new(), lists: Vec::new(), simple: Vec::new() };
        names.element(self.root.name, Shape::Class(self.root));
        let mut out = Out { of: self, names: &names, text: String::new(), depth: 0 };
        // A String takes everything.
        _ = out.schema();
        out.text
    }

    fn prefix_of(&self, ns: &str) -> &'static str {
        self.imports.iter().find(|(_, of, _)| *of == ns).map_or(self.prefix, |(prefix, ..)| prefix)
    }
}

/// Everything that gets a declaration of its own.
struct Names<'s> {
    of: &'s XmlSchema,
    elements: Vec<(&'static str, Shape)>,
    lists: Vec<&'static EnumDef>,
    simple: Vec<&'static SimpleDef>,
}

impl Names<'_> {
    /// An element, and all that is in it.
    fn element(&mut self, name: &'static str, shape: Shape) {
        if self.elements.iter().any(|(known, _)| *known == name) {
            return;
        }
        self.elements.push((name, shape));
        self.inside(shape);
    }

    fn inside(&mut self, shape: Shape) {
        match shape {
            Shape::Simple(def) => self.simple(def),
            Shape::Class(class) => self.class(class),
            Shape::Coded(_) | Shape::Choice(_) | Shape::Foreign => {}
        }
    }

    fn simple(&mut self, def: &'static SimpleDef) {
        if !def.name.is_empty() && !self.simple.iter().any(|known| known.name == def.name) {
            self.simple.push(def);
        }
    }

    fn class(&mut self, class: &'static ClassDef) {
        let dialect = self.of.dialect;
        for index in dialect.order(class) {
            let Some(field) = class.fields.get(index).filter(|field| dialect.has(class, field)) else { continue };
            if dialect.fixed.iter().any(|(of, name, _)| *of == class.name && *name == field.rust) {
                continue;
            }
            match (field.kind, (field.shape)()) {
                (Kind::Attribute, Shape::Coded(list)) if !self.lists.iter().any(|known| known.name == list.name) => {
                    self.lists.push(list);
                }
                (Kind::Attribute | Kind::Content, Shape::Simple(def)) => self.simple(def),
                (Kind::Element, shape) => self.child(class, field, shape),
                (Kind::Choice, Shape::Choice(choice)) => {
                    for variant in choice.variants {
                        self.child(class, variant, (variant.shape)());
                    }
                }
                (Kind::Group, Shape::Class(group)) => self.class(group),
                _ => {}
            }
        }
    }

    fn child(&mut self, class: &'static ClassDef, field: &'static FieldDef, shape: Shape) {
        let dialect = self.of.dialect;
        if field.ns.unwrap_or(class.ns) != self.of.root.ns {
            return; // another schema's
        }
        match dialect.local.contains(&(class.name, field.rust)) {
            true => self.inside(shape),
            false => self.element(dialect.name(class, field), shape),
        }
    }

    /// Name of the type of a class that is in elements of several names, or in one that is not called as it is.
    fn type_of(&self, class: &ClassDef) -> Option<String> {
        let here = |shape: &Shape| matches!(shape, Shape::Class(other) if other.name == class.name);
        let of_class = self.elements.iter().filter(|(_, shape)| here(shape));
        let named = of_class.clone().count() > 1 || of_class.clone().any(|(name, _)| *name != class.name);
        named.then(|| format!("{}{}", class.name, if class.name.ends_with("Type") { "" } else { "Type" }))
    }
}

struct Out<'s> {
    of: &'s XmlSchema,
    names: &'s Names<'s>,
    text: String,
    depth: usize,
}

impl Out<'_> {
    fn line(&mut self, line: fmt::Arguments<'_>) -> fmt::Result {
        writeln!(self.text, "{:1$}{line}", "", self.depth * 2)
    }

    /// An element with what `inside` writes.
    fn within(&mut self, start: fmt::Arguments<'_>, inside: impl FnOnce(&mut Self) -> fmt::Result) -> fmt::Result {
        let start = start.to_string();
        self.line(format_args!("<{start}>"))?;
        self.depth += 1;
        inside(self)?;
        self.depth -= 1;
        self.line(format_args!("</{}>", start.split(' ').next().unwrap_or_default()))
    }

    fn schema(&mut self) -> fmt::Result {
        let XmlSchema { root, title, prefix, imports, .. } = *self.of;
        self.line(format_args!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"))?;
        let mut start =
            format!("xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:{prefix}=\"{}\"", root.ns);
        for (prefix, ns, _) in imports.iter().filter(|(prefix, ..)| *prefix != "xml") {
            write!(start, " xmlns:{prefix}=\"{ns}\"")?;
        }
        write!(start, " targetNamespace=\"{}\"", root.ns)?;
        start.push_str(" elementFormDefault=\"qualified\" attributeFormDefault=\"unqualified\"");
        self.within(format_args!("{start}"), |out| {
            out.within(format_args!("xs:annotation"), |out| {
                out.line(format_args!("<xs:documentation>{title}</xs:documentation>"))
            })?;
            for (_, ns, place) in imports {
                out.line(format_args!("<xs:import namespace=\"{ns}\" schemaLocation=\"{place}\"/>"))?;
            }
            for (name, shape) in &out.names.elements {
                out.global(name, *shape)?;
            }
            let mut types: Vec<String> = Vec::new();
            for (_, shape) in &out.names.elements {
                let Shape::Class(class) = shape else { continue };
                let Some(name) = out.names.type_of(class).filter(|name| !types.contains(name)) else { continue };
                out.complex(class, Some(&name))?;
                types.push(name);
            }
            for def in &out.names.simple {
                out.within(format_args!("xs:simpleType name=\"{}\"", def.name), |out| {
                    out.within(format_args!("xs:restriction base=\"{}\"", def.xsd), |out| match def.facet {
                        Some(Facet::Pattern(regex)) => out.line(format_args!("<xs:pattern value=\"{regex}\"/>")),
                        Some(Facet::MoreThan(bound)) => out.line(format_args!("<xs:minExclusive value=\"{bound}\"/>")),
                        None => Ok(()),
                    })
                })?;
            }
            out.names.lists.iter().try_for_each(|list| out.list(list))
        })
    }

    fn list(&mut self, list: &'static EnumDef) -> fmt::Result {
        let base = if self.of.dialect.strict_space.contains(&list.name) { "xs:string" } else { "xs:NMTOKEN" };
        self.within(format_args!("xs:simpleType name=\"{}\"", list.name), |out| {
            out.within(format_args!("xs:restriction base=\"{base}\""), |out| {
                let values = out.of.dialect.values(list);
                values.iter().try_for_each(|value| out.line(format_args!("<xs:enumeration value=\"{value}\"/>")))
            })
        })
    }

    fn global(&mut self, name: &str, shape: Shape) -> fmt::Result {
        if let Some(name_of_type) = self.type_name(shape) {
            return self.line(format_args!("<xs:element name=\"{name}\" type=\"{name_of_type}\"/>"));
        }
        let Shape::Class(class) = shape else { return self.line(format_args!("<xs:element name=\"{name}\"/>")) };
        self.within(format_args!("xs:element name=\"{name}\""), |out| {
            out.complex(class, None)?;
            out.key(class)
        })
    }

    /// The type by its name, if it has one.
    fn type_name(&self, shape: Shape) -> Option<String> {
        let own = |name: &str| format!("{}:{name}", self.of.prefix);
        match shape {
            Shape::Simple(def) if def.name.is_empty() => Some(def.xsd.to_owned()),
            Shape::Simple(def) => Some(own(def.name)),
            Shape::Coded(list) => Some(own(list.name)),
            Shape::Class(class) => self.names.type_of(class).map(|name| own(&name)),
            Shape::Choice(_) | Shape::Foreign => None,
        }
    }

    fn complex(&mut self, class: &'static ClassDef, name: Option<&str>) -> fmt::Result {
        let dialect = self.of.dialect;
        let fields = || class.fields.iter().filter(|field| dialect.has(class, field));
        let content = fields().find(|field| field.kind == Kind::Content);
        let mixed = fields().find(|field| field.kind == Kind::Mixed);
        let mut start = "xs:complexType".to_owned();
        if let Some(name) = name {
            write!(start, " name=\"{name}\"")?;
        }
        if mixed.is_some_and(|field| field.ns.is_none()) && !dialect.elements_only.contains(&class.name) {
            start.push_str(" mixed=\"true\"");
        }
        self.within(format_args!("{start}"), |out| {
            if let Some(base) = content.and_then(|field| out.type_name((field.shape)())) {
                return out.within(format_args!("xs:simpleContent"), |out| {
                    out.within(format_args!("xs:extension base=\"{base}\""), |out| out.attributes(class))
                });
            }
            match mixed {
                Some(field) => out.within(format_args!("xs:sequence"), |out| out.foreign(field))?,
                None => out.elements(class, "xs:sequence")?,
            }
            out.attributes(class)
        })
    }

    fn foreign(&mut self, field: &FieldDef) -> fmt::Result {
        match field.ns {
            Some(ns) => {
                let name = format!("{}:{}", self.of.prefix_of(ns), field.name);
                self.line(format_args!("<xs:element ref=\"{name}\" maxOccurs=\"unbounded\"/>"))
            }
            None => self.line(format_args!(
                "<xs:any namespace=\"##any\" processContents=\"lax\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>"
            )),
        }
    }

    fn attributes(&mut self, class: &'static ClassDef) -> fmt::Result {
        let dialect = self.of.dialect;
        let attributes = class.fields.iter().filter(|field| field.kind == Kind::Attribute && dialect.has(class, field));
        for field in attributes {
            let fixed = dialect.fixed.iter().find(|(of, name, _)| *of == class.name && *name == field.rust);
            let shape = (field.shape)();
            if field.name.starts_with("xml:") {
                self.line(format_args!("<xs:attribute ref=\"{}\"/>", field.name))?;
                continue;
            }
            let mut more = String::new();
            let base = match shape {
                Shape::Simple(def) if fixed.is_some() => Some(def.xsd.to_owned()),
                _ => self.type_name(shape),
            };
            if dialect.card(class, field).required() {
                more.push_str(" use=\"required\"");
            }
            if let Some((.., value)) = fixed {
                write!(more, " fixed=\"{value}\"")?;
            } else if let Some(default) = field.default {
                write!(more, " default=\"{default}\"")?;
            }
            let base = base.unwrap_or_else(|| "xs:string".to_owned());
            self.line(format_args!("<xs:attribute name=\"{}\" type=\"{base}\"{more}/>", dialect.name(class, field)))?;
            if let Some(ext) = field.ext {
                self.line(format_args!("<xs:attribute name=\"{ext}\" type=\"xs:string\"/>"))?;
            }
        }
        Ok(())
    }

    /// The elements of a class, in `around` (a sequence with how often it repeats).
    fn elements(&mut self, class: &'static ClassDef, around: &str) -> fmt::Result {
        let dialect = self.of.dialect;
        let here = |field: &FieldDef| matches!(field.kind, Kind::Element | Kind::Choice | Kind::Group);
        let fields: Vec<&'static FieldDef> = dialect.order(class).filter_map(|index| class.fields.get(index)).collect();
        let fields: Vec<_> = fields.into_iter().filter(|field| here(field) && dialect.has(class, field)).collect();
        if fields.is_empty() {
            return Ok(());
        }
        let set = dialect.one_of(class);
        let excludes = |field: &FieldDef| set.is_some_and(|set| set.fields.contains(&field.rust));
        self.within(format_args!("{around}"), |out| {
            let mut chosen = false;
            for field in &fields {
                if !excludes(field) {
                    out.particle(class, field, dialect.card(class, field))?;
                } else if !std::mem::replace(&mut chosen, true) {
                    let least = if set.is_some_and(|set| set.required) { "" } else { " minOccurs=\"0\"" };
                    out.within(format_args!("xs:choice{least}"), |out| {
                        let one = |card: Card| if card.many() { Card::Some } else { Card::One };
                        let mut fields = fields.iter().filter(|field| excludes(field));
                        fields.try_for_each(|field| out.particle(class, field, one(dialect.card(class, field))))
                    })?;
                }
            }
            Ok(())
        })
    }

    fn particle(&mut self, class: &'static ClassDef, field: &'static FieldDef, card: Card) -> fmt::Result {
        let often = occurs(card);
        match (field.kind, (field.shape)()) {
            (Kind::Choice, Shape::Choice(choice)) => self.choice(class, choice, often),
            (Kind::Group, Shape::Class(group)) => self.elements(group, &format!("xs:sequence{often}")),
            (_, shape) => self.child(class, field, shape, often),
        }
    }

    fn choice(&mut self, class: &'static ClassDef, choice: &'static ChoiceDef, often: &str) -> fmt::Result {
        self.within(format_args!("xs:choice{often}"), |out| {
            choice.variants.iter().try_for_each(|variant| out.child(class, variant, (variant.shape)(), ""))
        })
    }

    fn child(&mut self, class: &ClassDef, field: &'static FieldDef, shape: Shape, often: &str) -> fmt::Result {
        let dialect = self.of.dialect;
        let (ns, place) = (field.ns.unwrap_or(class.ns), (class.name, field.rust));
        let name = dialect.name(class, field);
        if dialect.untyped.contains(&place) {
            return self.line(format_args!("<xs:element name=\"{name}\"{often}/>"));
        }
        match self.type_name(shape).filter(|_| dialect.local.contains(&place)) {
            Some(base) => self.line(format_args!("<xs:element name=\"{name}\" type=\"{base}\"{often}/>")),
            None => self.line(format_args!("<xs:element ref=\"{}:{name}\"{often}/>", self.of.prefix_of(ns))),
        }
    }

    /// Attributes that exclude each other: XML Schema says it by a key that is one of them.
    fn key(&mut self, class: &'static ClassDef) -> fmt::Result {
        let Some(set) = self.of.dialect.one_of(class) else { return Ok(()) };
        let attribute = |name: &&str| {
            let field = class.fields.iter().find(|field| *field.rust == **name)?;
            (field.kind == Kind::Attribute).then(|| format!("@{}", field.name))
        };
        let fields: Vec<String> = set.fields.iter().filter_map(attribute).collect();
        if fields.is_empty() {
            return Ok(());
        }
        self.within(format_args!("xs:key name=\"{}-key\"", class.name), |out| {
            out.line(format_args!("<xs:selector xpath=\".\"/>"))?;
            out.line(format_args!("<xs:field xpath=\"{}\"/>", fields.join("|")))
        })
    }
}

fn occurs(card: Card) -> &'static str {
    match card {
        Card::One => "",
        Card::Optional => " minOccurs=\"0\"",
        Card::Many => " minOccurs=\"0\" maxOccurs=\"unbounded\"",
        Card::Some => " maxOccurs=\"unbounded\"",
    }
}
