//! `imsmanifest.xml` for SCORM: what an LMS reads of a package before anything else.
//!
//! SCORM 1.2 Content Aggregation Model (ADL, 2001), section 2; SCORM 2004 4th edition Content Aggregation Model (ADL,
//! 2009), sections 3 and 5. One organization with one item: the wrapper is one SCO, since an LMS that starts a SCO for
//! each page would end the session with each link.

use std::fmt::Write as _;

use crate::{
    html::escape,
    package::{Edition, Entries, catalogue::Catalogue, catalogue::Scope, name, slug, wrapper},
};

/// The name of the file, at the root of the package.
pub const FILE: &str = "imsmanifest.xml";

/// The namespaces, the version and the spelling of the attribute that make an edition.
pub(crate) struct Dialect {
    /// The namespace of the content package.
    pub packaging: &'static str,
    /// The namespace of ADL's additions.
    pub adl: &'static str,
    /// What stands in `schemaversion`.
    pub version: &'static str,
    /// The attribute that says that a resource is a SCO.
    pub kind: &'static str,
}

pub(crate) const V12: Dialect = Dialect {
    packaging: "http://www.imsproject.org/xsd/imscp_rootv1p1p2",
    adl: "http://www.adlnet.org/xsd/adlcp_rootv1p2",
    version: "1.2",
    kind: "scormtype",
};

pub(crate) const V2004: Dialect = Dialect {
    packaging: "http://www.imsglobal.org/xsd/imscp_v1p1",
    adl: "http://www.adlnet.org/xsd/adlcp_v1p3",
    version: "2004 4th Edition",
    kind: "scormType",
};

impl Edition {
    pub(crate) fn dialect(self) -> &'static Dialect {
        match self {
            Self::V12 => &V12,
            Self::V2004 => &V2004,
        }
    }
}

/// The manifest of a package with these entries; every one of them is listed.
pub fn write(edition: Edition, catalogue: &Catalogue, scope: &Scope, entries: &Entries) -> String {
    let Dialect { packaging, adl, version, kind } = edition.dialect();
    let module = scope.module.as_deref().map(|module| format!(".{}", name(module))).unwrap_or_default();
    // An xs:ID: no space, and no digit at its beginning.
    let identifier = format!("book-{}{module}-{}", name(&catalogue.id), slug(&catalogue.version));
    let title = escape(&scope.title);
    // Without a question there is no score that could reach it.
    let graded = scope.points > 0;
    let (namespaces, item, organization) = match edition {
        Edition::V12 => {
            let mastery = format!("\n        <adlcp:masteryscore>{}</adlcp:masteryscore>", catalogue.mastery);
            ("", if graded { mastery } else { String::new() }, "")
        }
        Edition::V2004 => (
            "\n    xmlns:adlnav=\"http://www.adlnet.org/xsd/adlnav_v1p3\" \
             xmlns:imsss=\"http://www.imsglobal.org/xsd/imsss\"",
            objective(graded.then_some(catalogue.mastery)),
            "\n      <imsss:sequencing>\n        <imsss:controlMode choice=\"true\" flow=\"true\"/>\n      \
             </imsss:sequencing>",
        ),
    };
    let mut out = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="{identifier}" version="{book}"
    xmlns="{packaging}" xmlns:adlcp="{adl}"{namespaces}>
  <metadata>
    <schema>ADL SCORM</schema>
    <schemaversion>{version}</schemaversion>
  </metadata>
  <organizations default="book">
    <organization identifier="book">
      <title>{title}</title>
      <item identifier="item" identifierref="sco" isvisible="true">
        <title>{title}</title>{item}
      </item>{organization}
    </organization>
  </organizations>
  <resources>
    <resource identifier="sco" type="webcontent" adlcp:{kind}="sco" href="{page}">
"#,
        book = escape(&catalogue.version),
        page = wrapper::PAGE,
    );
    for file in entries.keys() {
        // Writing into a string cannot fail.
        let _ = writeln!(out, "      <file href=\"{}\"/>", escape(file));
    }
    out.push_str("    </resource>\n  </resources>\n</manifest>\n");
    out
}

/// What an item of SCORM 2004 says of navigation and of its objective. The LMS's own buttons for the next and the
/// previous item would lead nowhere; completion and success are what the wrapper says.
fn objective(mastery: Option<u32>) -> String {
    let objective = match mastery {
        Some(mastery) => format!(
            "\n            <imsss:primaryObjective objectiveID=\"score\" satisfiedByMeasure=\"true\">\
             \n              <imsss:minNormalizedMeasure>{}.{:02}</imsss:minNormalizedMeasure>\
             \n            </imsss:primaryObjective>",
            mastery / 100,
            mastery % 100
        ),
        None => "\n            <imsss:primaryObjective objectiveID=\"score\"/>".to_owned(),
    };
    format!(
        r#"
        <imsss:sequencing>
          <imsss:objectives>{objective}
          </imsss:objectives>
          <imsss:deliveryControls completionSetByContent="true" objectiveSetByContent="true"/>
        </imsss:sequencing>
        <adlnav:presentation>
          <adlnav:navigationInterface>
            <adlnav:hideLMSUI>continue</adlnav:hideLMSUI>
            <adlnav:hideLMSUI>previous</adlnav:hideLMSUI>
          </adlnav:navigationInterface>
        </adlnav:presentation>"#
    )
}
