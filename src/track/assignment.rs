//! Optimal assignment of detections to tracks with the least total cost. Greedy pairing
//! would let the first track take a detection that the second one needs.
//!
//! Shortest augmenting paths (R. Jonker, A. Volgenant: "A Shortest Augmenting Path
//! Algorithm for Dense and Sparse Linear Assignment Problems", 1987) on a rectangular
//! matrix with a gate: leaving a row unassigned costs as much as the gate. So no pair
//! above the gate is ever made, and a row with few neighbours is settled in a few steps,
//! however large the crowd.

const NONE: usize = usize::MAX;

/// A solver that reuses its memory from call to call.
#[derive(Debug, Default)]
pub struct Assignment {
    /// Costs, row after row; infinite above the gate.
    costs: Vec<f64>,
    /// Dual prices; `costs - row_price - column_price` is never negative.
    row_price: Vec<f64>,
    column_price: Vec<f64>,
    row_of: Vec<usize>,
    column_of: Vec<usize>,
    /// The search from one row: distance to each column, the row before it on
    /// the shortest path, and the columns settled so far.
    distance: Vec<f64>,
    before: Vec<usize>,
    settled: Vec<bool>,
    settled_columns: Vec<usize>,
}

impl Assignment {
    /// Pairs rows with columns so that the sum of `cost - gate` over the pairs is least.
    /// Each row and column appears at most once in the result. Pairs at or above `gate`,
    /// and pairs with NaN as their cost, never appear. Costs must not be negative. The
    /// result has for each row its column, if any. Equal inputs give equal results.
    pub fn solve(
        &mut self,
        rows: usize,
        columns: usize,
        gate: f64,
        cost: impl Fn(usize, usize) -> f64,
    ) -> impl Iterator<Item = Option<usize>> + '_ {
        self.costs.clear();
        for row in 0..rows {
            self.costs.extend((0..columns).map(|column| {
                let c = cost(row, column);
                if c < gate { c } else { f64::INFINITY }
            }));
        }
        refill(&mut self.row_price, rows, 0.0);
        refill(&mut self.column_price, columns, 0.0);
        refill(&mut self.row_of, columns, NONE);
        refill(&mut self.column_of, rows, NONE);
        for row in 0..rows {
            self.insert(row, columns, gate);
        }
        self.column_of
            .iter()
            .map(|&column| (column != NONE).then_some(column))
    }

    /// Adds one row to an assignment that is optimal for the rows before it.
    fn insert(&mut self, root: usize, columns: usize, gate: f64) {
        refill(&mut self.distance, columns, f64::INFINITY);
        refill(&mut self.before, columns, NONE);
        refill(&mut self.settled, columns, false);
        self.settled_columns.clear();

        let (mut row, mut row_distance) = (root, 0.0);
        // The cheapest row to leave unassigned among those reached so far.
        let (mut dropped, mut drop_distance) = (root, f64::INFINITY);
        let (end, total) = loop {
            let drop = row_distance + gate - self.row_price[row];
            if drop < drop_distance {
                (dropped, drop_distance) = (row, drop);
            }
            let costs = &self.costs[row * columns..(row + 1) * columns];
            let (mut nearest, mut nearest_distance) = (NONE, f64::INFINITY);
            // The same column is read in three tables.
            #[allow(clippy::needless_range_loop)]
            for column in 0..columns {
                if self.settled[column] {
                    continue;
                }
                let reduced = costs[column] - self.row_price[row] - self.column_price[column];
                if row_distance + reduced < self.distance[column] {
                    self.distance[column] = row_distance + reduced;
                    self.before[column] = row;
                }
                if self.distance[column] < nearest_distance {
                    (nearest, nearest_distance) = (column, self.distance[column]);
                }
            }
            if nearest == NONE || nearest_distance >= drop_distance {
                // The dropped row passes its column back along the path.
                let column = std::mem::replace(&mut self.column_of[dropped], NONE);
                break (column, drop_distance);
            }
            if self.row_of[nearest] == NONE {
                break (nearest, nearest_distance);
            }
            self.settled[nearest] = true;
            self.settled_columns.push(nearest);
            (row, row_distance) = (self.row_of[nearest], nearest_distance);
        };

        // Prices move by how much earlier than the end a column was reached. This keeps
        // every reduced cost non-negative.
        self.row_price[root] += total;
        for &column in &self.settled_columns {
            let early = total - self.distance[column];
            self.row_price[self.row_of[column]] += early;
            self.column_price[column] -= early;
        }
        let mut column = end;
        while column != NONE {
            let row = self.before[column];
            self.row_of[column] = row;
            column = std::mem::replace(&mut self.column_of[row], column);
        }
    }
}

fn refill<T: Copy>(v: &mut Vec<T>, len: usize, value: T) {
    v.clear();
    v.resize(len, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn solve(costs: &[Vec<f64>], gate: f64) -> Vec<Option<usize>> {
        let columns = costs.first().map_or(0, Vec::len);
        Assignment::default()
            .solve(costs.len(), columns, gate, |r, c| costs[r][c])
            .collect()
    }

    /// Sum of `cost - gate` over the pairs, which an assignment minimises.
    fn gain(costs: &[Vec<f64>], gate: f64, pairs: &[Option<usize>]) -> f64 {
        pairs
            .iter()
            .zip(costs)
            .filter_map(|(p, row)| p.map(|c| row[c] - gate))
            .sum()
    }

    /// The least gain over all assignments, found by brute force.
    fn least_gain(costs: &[Vec<f64>], gate: f64, taken: &mut Vec<bool>) -> f64 {
        let Some((row, rest)) = costs.split_first() else {
            return 0.0;
        };
        let mut least = least_gain(rest, gate, taken);
        for column in 0..row.len() {
            if !taken[column] && row[column] < gate {
                taken[column] = true;
                least = least.min(row[column] - gate + least_gain(rest, gate, taken));
                taken[column] = false;
            }
        }
        least
    }

    #[test]
    fn total_cost_is_least_even_without_the_nearest_pair() {
        let costs = [vec![0.1, 0.2], vec![0.15, 0.9]];
        assert_eq!(solve(&costs, 1.0), [Some(1), Some(0)]);
    }

    #[test]
    fn costs_at_or_above_the_gate_and_nan_are_never_paired() {
        let costs = [vec![0.8, f64::NAN], vec![f64::INFINITY, 0.7]];
        assert_eq!(solve(&costs, 0.8), [None, Some(1)]);
    }

    #[test]
    fn empty_sides_give_no_pairs() {
        assert_eq!(solve(&[], 1.0), []);
        assert_eq!(solve(&[vec![], vec![]], 1.0), [None, None]);
    }

    proptest! {
        #[test]
        fn result_is_as_good_as_brute_force(
            rows in 0usize..7,
            columns in 0usize..7,
            steps in proptest::collection::vec(0u8..12, 49),
            gate in 0.1f64..1.2,
        ) {
            // Few distinct costs make ties common.
            let cost = |r: usize, c: usize| f64::from(steps[r * 7 + c]) / 10.0;
            let costs: Vec<Vec<f64>> =
                (0..rows).map(|r| (0..columns).map(|c| cost(r, c)).collect()).collect();
            let pairs = solve(&costs, gate);
            let mut used: Vec<usize> = pairs.iter().copied().flatten().collect();
            used.sort_unstable();
            used.dedup();
            prop_assert_eq!(used.len(), pairs.iter().flatten().count(), "a column used twice");
            prop_assert!(pairs.iter().zip(&costs).all(|(p, row)| p.is_none_or(|c| row[c] < gate)));
            let best = least_gain(&costs, gate, &mut vec![false; columns]);
            prop_assert!((gain(&costs, gate, &pairs) - best).abs() < 1e-9);
        }
    }
}
