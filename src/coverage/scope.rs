//! Which techniques an assessment is about.

use std::collections::BTreeSet;

use super::About;
use crate::catalog::{Catalog, Facet, Lens, ObjectId};

/// The techniques and sub-techniques of the platforms that an assessment names; all of them where it
/// names none. They are the denominator of its figures.
///
/// What states no platform is in every scope, because nobody has said that it does not concern us. A
/// platform that the release does not have narrows nothing: figures over nothing would look like
/// figures; see [`unknown_platforms`].
pub fn scope(catalog: &Catalog, about: &About) -> BTreeSet<ObjectId> {
    let mut lens = Lens::default();
    let known = known(catalog);
    for platform in about.platforms.iter().filter(|platform| known.contains(*platform)) {
        lens.add(Facet::Platform, platform);
    }
    let mut techniques = lens.techniques(catalog);
    let unstated = catalog.techniques.iter().filter(|t| t.platforms.is_empty());
    techniques.extend(unstated.map(|t| t.id));
    techniques
}

/// The platforms that an assessment names and the release does not have: a typing error, or another
/// release.
pub fn unknown_platforms(catalog: &Catalog, about: &About) -> Vec<String> {
    let known = known(catalog);
    about.platforms.iter().filter(|platform| !known.contains(*platform)).cloned().collect()
}

fn known(catalog: &Catalog) -> BTreeSet<String> {
    Facet::Platform.values(catalog).into_iter().map(|value| value.key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;

    fn count(platforms: &[&str]) -> usize {
        let about =
            About { name: String::new(), platforms: platforms.iter().map(|p| (*p).to_owned()).collect() };
        scope(&builtin().unwrap(), &about).len()
    }

    #[test]
    fn platforms_widen_and_none_is_all() {
        assert_eq!(count(&[]), 208);
        assert_eq!(count(&["agentic-ai"]), 139);
        let both = count(&["agentic-ai", "predictive-ai"]);
        assert!(both > 139 && both <= 208, "{both}");
    }

    #[test]
    fn a_platform_that_there_is_not_narrows_nothing() {
        assert_eq!(count(&["toasters"]), 208);
        assert_eq!(count(&["toasters", "agentic-ai"]), 139);
        let about = About { name: String::new(), platforms: vec!["toasters".to_owned()] };
        assert_eq!(unknown_platforms(&builtin().unwrap(), &about), ["toasters"]);
    }

    #[test]
    fn what_states_no_platform_is_in_every_scope() {
        let mut catalog = builtin().unwrap();
        let technique = catalog.techniques.iter_mut().find(|t| !t.platforms.is_empty()).unwrap();
        technique.platforms.clear();
        let id = technique.id;
        for platform in ["agentic-ai", "predictive-ai", "enterprise"] {
            let about = About { name: String::new(), platforms: vec![platform.to_owned()] };
            assert!(scope(&catalog, &about).contains(&id), "{platform}");
        }
    }
}
