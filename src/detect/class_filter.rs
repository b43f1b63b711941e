//! The filter that keeps detections of some classes.

use super::error::DetectError;
use crate::config::ClassRef;

/// A filter by class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassFilter {
    /// One flag for each class. Empty keeps every class.
    kept: Vec<bool>,
}

impl ClassFilter {
    /// Builds a filter from ids and names over a model's class names. Names are compared
    /// without regard to case. An empty `wanted` keeps every class.
    /// || Fails on an id or name that the model does not have. The message offers the
    /// nearest name.
    pub fn resolve(wanted: &[ClassRef], names: &[String]) -> Result<Self, DetectError> {
        if wanted.is_empty() {
            return Ok(Self::default());
        }
        let mut kept = vec![false; names.len()];
        for class in wanted {
            let index = match class {
                ClassRef::Id(id) => usize::try_from(*id).ok().filter(|i| *i < names.len()),
                ClassRef::Name(name) => names.iter().position(|n| n == name).or_else(|| {
                    names
                        .iter()
                        .position(|n| n.to_lowercase() == name.to_lowercase())
                }),
            };
            match index {
                Some(index) => kept[index] = true,
                None => return Err(unknown(class, names)),
            }
        }
        Ok(Self { kept })
    }

    /// Whether detections of this class are kept.
    #[inline]
    pub fn keeps(&self, class_id: u32) -> bool {
        self.kept.is_empty() || self.kept.get(class_id as usize).copied().unwrap_or(false)
    }
}

fn unknown(class: &ClassRef, names: &[String]) -> DetectError {
    match class {
        ClassRef::Id(id) => DetectError::UnknownClass {
            class: id.to_string(),
            hint: match names {
                [only] => format!("the only class is 0, {only}"),
                _ => format!(
                    "the model has classes 0 to {}",
                    names.len().saturating_sub(1)
                ),
            },
        },
        ClassRef::Name(name) => {
            let lower = match name.to_lowercase().as_str() {
                // As people say it; most models have the class of COCO.
                "people" | "persons" | "human" | "humans" | "pedestrian" | "pedestrians" => {
                    "person".to_owned()
                }
                other => other.to_owned(),
            };
            let nearest = names
                .iter()
                .map(|n| {
                    (
                        strsim::normalized_damerau_levenshtein(&lower, &n.to_lowercase()),
                        n,
                    )
                })
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let hint = match (names, nearest) {
                ([only], _) => format!("the only class is {only}"),
                (_, Some((score, nearest))) if score >= 0.4 => format!("did you mean {nearest}?"),
                _ => {
                    let some: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
                    format!(
                        "the model has {} classes: {}, ...",
                        names.len(),
                        some.join(", ")
                    )
                }
            };
            DetectError::UnknownClass {
                class: format!("'{name}'"),
                hint,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flow::default_class_names;

    fn coco() -> Vec<String> {
        default_class_names(80)
    }

    #[test]
    fn filter_keeps_exactly_the_listed_ids_and_names() {
        let wanted = [ClassRef::Id(5), ClassRef::Name("Person".into())];
        let filter = ClassFilter::resolve(&wanted, &coco()).unwrap();
        let kept: Vec<u32> = (0..100).filter(|id| filter.keeps(*id)).collect();
        assert_eq!(kept, [0, 5]);
    }

    #[test]
    fn empty_filter_keeps_every_class() {
        let filter = ClassFilter::resolve(&[], &coco()).unwrap();
        assert!(filter.keeps(0) && filter.keeps(79));
    }

    #[test]
    fn unknown_class_error_names_the_nearest_class_or_the_range() {
        let error = |class| {
            ClassFilter::resolve(&[class], &coco())
                .unwrap_err()
                .to_string()
        };
        let text = error(ClassRef::Name("persn".into()));
        assert_eq!(text, "unknown class 'persn': did you mean person?");
        let text = error(ClassRef::Name("People".into()));
        assert_eq!(text, "unknown class 'People': did you mean person?");
        let text = error(ClassRef::Id(80));
        assert_eq!(text, "unknown class 80: the model has classes 0 to 79");
        assert!(error(ClassRef::Name("xyzzyq".into())).contains("80 classes: person, bicycle"));
    }
}
