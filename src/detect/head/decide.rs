//! Finds the family of a model.

use super::family::{Family, Output, OutputLayout, STRIDES, cell_count};
use super::metadata::Metadata;
use super::{CLASSES_MAX, FAMILIES};
use crate::detect::class_filter::ClassFilter;
use crate::detect::nms::Candidate;
use crate::flow::{COCO, FrameSize, default_class_names};

/// A model's head: its family, its classes and the layout of its output.
#[derive(Debug, Clone)]
pub struct Head {
    /// The family.
    pub family: &'static dyn Family,
    /// Class names, by class id.
    pub classes: Vec<String>,
    layout: OutputLayout,
}

impl Head {
    /// Finds the head of a model. `input` is its input's size, `outputs` the shapes of
    /// its outputs as seen in a run. The reason of a rejection names what was found.
    pub fn decide(
        input: FrameSize,
        outputs: &[Vec<i64>],
        metadata: &Metadata,
    ) -> Result<Self, String> {
        if let Some(task) = metadata.task.as_deref().filter(|task| *task != "detect") {
            return Err(format!(
                "its task is '{task}', not 'detect'; export a detection model \
                 (yolov8n rather than yolov8n-seg, -pose, -obb or -cls)"
            ));
        }
        let [shape] = outputs else {
            let shapes: Vec<String> = outputs.iter().map(|s| format!("{s:?}")).collect();
            return Err(format!(
                "it has {} outputs ({}) instead of one",
                outputs.len(),
                shapes.join(", ")
            ));
        };
        let foreign = || {
            format!(
                "its output {shape:?} for an input of {}x{} fits no supported head{}",
                input.width,
                input.height,
                remedy(shape, cell_count(input, &STRIDES))
            )
        };
        let [1, rows, columns] = shape[..] else {
            return Err(foreign());
        };
        let (Ok(rows), Ok(columns)) = (usize::try_from(rows), usize::try_from(columns)) else {
            return Err(foreign());
        };
        let output = Output {
            input,
            rows,
            columns,
            named: metadata.names.as_ref().map(Vec::len),
        };
        let fits = FAMILIES
            .iter()
            .filter_map(|family| Some((*family, family.layout(&output)?)));
        let (family, layout) = choose(fits.collect(), output.named, shape)?.ok_or_else(foreign)?;
        if layout.classes > CLASSES_MAX {
            return Err(format!(
                "its output {shape:?} has {} classes, more than {CLASSES_MAX}; export a detection \
                 model with fewer classes",
                layout.classes
            ));
        }
        let classes = match &metadata.names {
            Some(names) => names.clone(),
            None => default_class_names(layout.classes),
        };
        Ok(Self {
            family,
            classes,
            layout,
        })
    }

    /// Length of one output.
    pub fn output_len(&self) -> usize {
        self.layout.proposals * self.layout.numbers
    }

    /// Appends the candidates at or above `min_score` and within `filter`, in the
    /// output's order.
    pub fn decode(
        &self,
        output: &[f32],
        min_score: f32,
        filter: &ClassFilter,
        out: &mut Vec<Candidate>,
    ) {
        debug_assert_eq!(output.len(), self.output_len());
        self.family
            .decode(self.layout, output, min_score, filter, out);
    }
}

/// A family that fits the shape, with its layout of the output.
type Match = (&'static dyn Family, OutputLayout);

/// The only family that fits. If several fit, the number of classes decides: as many as
/// the metadata names or, without names, COCO's 80.
fn choose(fits: Vec<Match>, named: Option<usize>, shape: &[i64]) -> Result<Option<Match>, String> {
    if fits.is_empty() {
        return Ok(None);
    }
    let with = |count| {
        fits.iter()
            .filter(move |(_, layout)| layout.classes == count)
    };
    let chosen: Vec<Match> = match named {
        Some(named) => with(named).copied().collect(),
        None if fits.len() > 1 => with(COCO.len()).copied().collect(),
        None => fits.clone(),
    };
    match (&chosen[..], named) {
        ([one], _) => Ok(Some(*one)),
        ([], Some(named)) => Err(format!(
            "its metadata names {named} classes, its output {shape:?} has {}",
            counts(&fits)
        )),
        _ => Err(format!(
            "its output {shape:?} can be read in more than one way ({}); export it with the names \
             of its classes to make it unambiguous",
            counts(&fits)
        )),
    }
}

/// `80 (yolox) or 33 (nanodet)`
fn counts(fits: &[Match]) -> String {
    let count = |(family, layout): &Match| format!("{} ({})", layout.classes, family.name());
    fits.iter().map(count).collect::<Vec<_>>().join(" or ")
}

/// A remedy for shapes of well-known models that are not supported.
fn remedy(shape: &[i64], cells: usize) -> &'static str {
    match shape {
        [_, n, columns] if *columns > 5 && *n == 3 * cells as i64 => {
            " (it looks like YOLOv5's; export it with Ultralytics as yolov5u)"
        }
        [_, _, 6] => {
            " (it looks like a model with overlap removal built in; export it with nms=False)"
        }
        [_, n, columns] if *n == cells as i64 && *columns > 4 => {
            " (it looks transposed; export it with Ultralytics' own exporter)"
        }
        [_, _] => " (it looks like a classifier)",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
