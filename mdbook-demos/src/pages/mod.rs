//! The pages as mdBook renders them, made ours: the template's places are filled, figures put in, links checked, scripts
//! and style sheets added.

pub mod assets;
pub mod browsers;
pub mod contents;
pub mod embed;
pub mod explain;
pub mod inherited;
pub mod kept;
pub mod leftovers;
pub mod licences;
pub mod links;
pub mod module;
pub mod redirects;
pub mod search;
pub mod settings;
pub mod sheets;
pub mod site;
pub mod template;
pub mod warnings;
