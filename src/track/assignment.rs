//! Optimal assignment: which detection continues which track, so that the
//! total cost is the least possible. Greedy pairing would let the first track
//! take a detection that the second one needs.
//!
//! Shortest augmenting paths (R. Jonker, A. Volgenant: "A Shortest Augmenting
//! Path Algorithm for Dense and Sparse Linear Assignment Problems", 1987) on a
//! rectangular matrix with a gate: leaving a row unassigned costs as much as
//! the gate, hence no pair above it is ever made, and a row whose neighbours
//! are few is settled in a few steps, however large the crowd.

const NONE: usize = usize::MAX;

/// A solver that keeps its memory from call to call.
#[derive(Debug, Default)]
pub struct Assignment {
    /// Costs, row after row; infinite above the gate.
    costs: Vec<f64>,
    /// Dual prices; `costs - row_price - column_price` never is negative.
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
    /// Pairs rows with columns such that the sum of `cost - gate` over the
    /// pairs is least. Each row and column appears at most once in the result;
    /// pairs at or above `gate`, and pairs whose cost is not a number, never.
    /// Costs must not be negative. The result is `column_of`: for each row its
    /// column, if it has one. Equal inputs give equal results.
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
                // The dropped row hands its column back along the path.
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

        // Prices move by how much sooner than the end a place was reached,
        // which keeps every reduced cost non-negative.
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
