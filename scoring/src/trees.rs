//! Trees laid out to be walked: tract's own operator looks through all leaves of a model for each tree, which is all that a score costs.

use tract_onnx::tract_hir::internal::{
    DatumExt as _, EvalContext, EvalOp, Op, StaticName, TValue, TVec, Tensor, TractError, TractResult, TypedFact, TypedModel, TypedOp,
    args_1, as_op, op_as_typed_op, op_out_of_plan, tvec,
};
use tract_onnx_opl::ml::{
    tree::{Aggregate, Cmp, TreeEnsemble},
    tree_ensemble_classifier::TreeEnsembleClassifier,
};

/// How many numbers tract keeps of a node: the feature, where to go, the threshold, and its kind.
const NODE: usize = 5;
/// The bits of a kind that compare, and the one that sends NaN to where `true` goes.
const COMPARES: u32 = 0xff;
const NAN_IS_TRUE: u32 = 0x100;

/// Trees whose branches all ask `feature <= threshold`, as those of gradient boosting do, and whose leaves are added up.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
struct Forest {
    roots: Vec<u32>,
    nodes: Vec<Node>,
    leaves: Vec<Leaf>,
    classes: usize,
}

#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
enum Node {
    /// A threshold's bits, and which node is next.
    Branch { feature: u32, threshold: u32, nan: bool, yes: u32, no: u32 },
    /// A range of the leaves.
    Leaf { from: u32, to: u32 },
}

/// What a leaf adds to a class; the weight as its bits.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
struct Leaf {
    class: u32,
    weight: u32,
}

/// Puts trees that are walked in the place of tract's, where they can be.
pub(crate) fn lay_out(model: &mut TypedModel) -> TractResult<()> {
    for node in model.nodes_mut() {
        if let Some(forest) = node.op_as::<TreeEnsembleClassifier>().map(|op| Forest::of(&op.ensemble)).transpose()?.flatten() {
            node.op = Box::new(forest);
        }
    }
    Ok(())
}

impl Forest {
    /// `None` for trees that are no forest of this kind.
    fn of(ensemble: &TreeEnsemble) -> TractResult<Option<Self>> {
        if ensemble.aggregate_fn != Aggregate::Sum {
            return Ok(None);
        }
        let roots = numbers(&ensemble.data.trees)?.to_vec();
        let leaves = numbers(&ensemble.data.leaves)?.as_chunks().0.iter().map(|[class, weight]| Leaf { class: *class, weight: *weight });
        let leaves: Vec<Leaf> = leaves.collect();
        let rows = numbers(&ensemble.data.nodes)?.as_chunks::<NODE>().0;
        let nodes: Option<Vec<Node>> = rows.iter().map(node).collect();
        let forest = nodes.map(|nodes| Self { roots, nodes, leaves, classes: ensemble.n_classes });
        Ok(forest.filter(Self::ends))
    }

    /// Whether every walk ends, and ends at leaves that are there: children come after their parents.
    fn ends(&self) -> bool {
        let holds = |(index, node): (usize, &Node)| match *node {
            Node::Branch { yes, no, .. } => [yes, no].iter().all(|next| (index + 1..self.nodes.len()).contains(&(*next as usize))),
            Node::Leaf { from, to } => from <= to && to as usize <= self.leaves.len(),
        };
        let rooted = self.roots.iter().all(|root| (*root as usize) < self.nodes.len());
        rooted && self.nodes.iter().enumerate().all(holds) && self.leaves.iter().all(|leaf| (leaf.class as usize) < self.classes)
    }

    /// Adds to each class what the leaves of a row give.
    fn add(&self, row: &[f32], classes: &mut [f32]) -> TractResult<()> {
        let beyond = || TractError::msg("a tree reads a feature that the row does not have");
        for root in &self.roots {
            let mut node = self.nodes.get(*root as usize);
            while let Some(Node::Branch { feature, threshold, nan, yes, no }) = node {
                let value = row.get(*feature as usize).ok_or_else(beyond)?;
                let goes = if value.is_nan() { *nan } else { *value <= f32::from_bits(*threshold) };
                node = self.nodes.get(if goes { *yes } else { *no } as usize);
            }
            let Some(Node::Leaf { from, to }) = node else { continue };
            for leaf in self.leaves.get(*from as usize..*to as usize).unwrap_or_default() {
                classes.iter_mut().skip(leaf.class as usize).take(1).for_each(|sum| *sum += f32::from_bits(leaf.weight));
            }
        }
        Ok(())
    }
}

fn numbers(tensor: &Tensor) -> TractResult<&[u32]> {
    tensor.try_as_plain_ram()?.as_slice::<u32>()
}

/// A node as tract keeps it; `None` where it compares in another way.
fn node(row: &[u32; NODE]) -> Option<Node> {
    let [feature, yes, no, threshold, kind] = *row;
    match kind & COMPARES {
        0 => Some(Node::Leaf { from: feature, to: yes }),
        kind_of if kind_of == Cmp::LessEqual as u32 => Some(Node::Branch { feature, threshold, nan: kind & NAN_IS_TRUE != 0, yes, no }),
        _ => None,
    }
}

impl Op for Forest {
    fn name(&self) -> StaticName {
        "Forest".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Forest {
    op_out_of_plan!();

    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        let &[rows, columns] = input.shape() else { return Err(TractError::msg("a forest reads rows of features")) };
        let features = input.try_as_plain_ram()?.as_slice::<f32>()?;
        let mut sums = vec![0.0; rows * self.classes];
        for (row, classes) in features.chunks_exact(columns.max(1)).zip(sums.chunks_exact_mut(self.classes.max(1))) {
            self.add(row, classes)?;
        }
        Ok(tvec!(Tensor::from_shape(&[rows, self.classes], &sums)?.into()))
    }
}

impl TypedOp for Forest {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let rows = inputs.first().and_then(|input| input.shape.first().cloned()).ok_or_else(|| TractError::msg("a forest reads rows"))?;
        Ok(tvec!(f32::fact([rows, self.classes.into()])))
    }

    as_op!();
}
