//! Finds cameras that send to the same OSC addresses.

use std::collections::{HashMap, HashSet};

use super::file::Config;
use super::issues::Issues;
use super::suggest::quoted;
use crate::flow::SLOTS_MAX;

/// Checks that no two enabled cameras send to the same addresses: the receiver could not
/// distinguish them.
pub(super) fn check_shared_addresses(issues: &mut Issues, config: &Config) {
    let mut owners: HashMap<(String, u16, String), usize> = HashMap::new();
    // One issue for all cameras that clash with the same first camera.
    let mut clashes: Vec<(usize, Vec<usize>, String)> = Vec::new();
    for (index, camera) in config.cameras.iter().enumerate() {
        let same_id = config.cameras[..index].iter().any(|c| c.id == camera.id);
        let pipeline = config.pipeline(camera, "").ok();
        let Some(pipeline) = pipeline.filter(|_| camera.enabled && !same_id) else {
            continue;
        };
        let further = pipeline.camera.sinks.iter().filter_map(|s| s.osc.as_ref());
        let slots = pipeline.tracking.objects_max.min(SLOTS_MAX as u32);
        let mut reported = HashSet::new();
        for osc in pipeline.osc.iter().chain(further) {
            let addresses = osc.addresses(&camera.id);
            let addresses = addresses.map_or_else(|_| Vec::new(), |a| a.all(slots as usize));
            let host = receiver(&osc.host);
            for address in addresses {
                let key = (host.clone(), osc.port, address);
                let shown = format!("{} to {}:{}", key.2, osc.host, osc.port);
                let first = *owners.entry(key).or_insert(index);
                if first == index || !reported.insert(first) {
                    continue;
                }
                match clashes.iter_mut().find(|c| c.0 == first) {
                    Some(clash) => clash.1.push(index),
                    None => clashes.push((first, vec![index], shown)),
                }
            }
        }
    }
    for (first, others, shown) in clashes {
        let name = |index: &usize| quoted(&config.cameras[*index].id);
        let (last, between) = others
            .split_last()
            .map_or((first, &[][..]), |(l, b)| (*l, b));
        let names: Vec<String> = std::iter::once(&first).chain(between).map(name).collect();
        issues.add(
            "osc.address_prefix",
            format!(
                "cameras {} and {} would {} send {shown}; set address_prefix: /{{camera}}/",
                names.join(", "),
                name(&last),
                if others.len() == 1 { "both" } else { "all" }
            ),
        );
    }
}

/// The receiver's host in a canonical spelling.
fn receiver(host: &str) -> String {
    match host.trim().to_lowercase().as_str() {
        "localhost" | "::1" => "127.0.0.1".into(),
        other => other.to_owned(),
    }
}
