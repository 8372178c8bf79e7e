//! Smaller templates that may show the same difference.

use super::grammar::{Expression, Statement};

/// Every template that is one step smaller, the smallest steps last.
#[must_use]
pub fn smaller(statements: &[Statement]) -> Vec<Vec<Statement>> {
    let mut found = Vec::new();
    for index in 0..statements.len() {
        let replaced = |by: Vec<Statement>| {
            let (before, after) = (statements.get(..index).unwrap_or_default(), statements.get(index + 1..).unwrap_or_default());
            [before, by.as_slice(), after].concat()
        };
        found.push(replaced(Vec::new()));
        if let Some(statement) = statements.get(index) {
            found.extend(inside(statement).into_iter().map(replaced));
        }
    }
    found
}

/// What may stand in place of a statement.
fn inside(statement: &Statement) -> Vec<Vec<Statement>> {
    let expressions = |value: &Expression, make: &dyn Fn(Expression) -> Statement| -> Vec<Vec<Statement>> {
        simpler(value).into_iter().map(|value| vec![make(value)]).collect()
    };
    match statement {
        Statement::Text(_) => Vec::new(),
        Statement::Print(value) => expressions(value, &Statement::Print),
        Statement::Part(value) => {
            let mut found = vec![vec![Statement::Print(value.clone())]];
            found.extend(expressions(value, &Statement::Part));
            found
        }
        Statement::Assign(name, fresh, value) => expressions(value, &|value| Statement::Assign(name.clone(), *fresh, value)),
        Statement::Branch(keyword, condition, then, otherwise) => {
            let mut found = vec![vec![Statement::Print(condition.clone())], then.clone(), otherwise.clone()];
            found.extend(expressions(condition, &|value| Statement::Branch(keyword, value, then.clone(), otherwise.clone())));
            found
                .extend(smaller(then).into_iter().map(|then| vec![Statement::Branch(keyword, condition.clone(), then, otherwise.clone())]));
            found.extend(
                smaller(otherwise)
                    .into_iter()
                    .map(|otherwise| vec![Statement::Branch(keyword, condition.clone(), then.clone(), otherwise)]),
            );
            found
        }
        Statement::Range(named, over, body, otherwise) => {
            let mut found = vec![vec![Statement::Print(over.clone())], body.clone(), otherwise.clone()];
            found.extend(expressions(over, &|value| Statement::Range(*named, value, body.clone(), otherwise.clone())));
            found.extend(smaller(body).into_iter().map(|body| vec![Statement::Range(*named, over.clone(), body, otherwise.clone())]));
            found.extend(
                smaller(otherwise).into_iter().map(|otherwise| vec![Statement::Range(*named, over.clone(), body.clone(), otherwise)]),
            );
            found
        }
    }
}

/// What may stand in place of an expression: its arguments, itself unpiped, and itself with a simpler argument.
fn simpler(value: &Expression) -> Vec<Expression> {
    let Expression::Call { name, arguments, piped } = value else { return Vec::new() };
    let mut found = arguments.clone();
    if *piped {
        found.push(Expression::Call { name, arguments: arguments.clone(), piped: false });
    }
    for (index, argument) in arguments.iter().enumerate() {
        let with = |by: Expression| {
            let mut changed = arguments.clone();
            if let Some(place) = changed.get_mut(index) {
                *place = by;
            }
            Expression::Call { name, arguments: changed, piped: *piped }
        };
        found.extend(simpler(argument).into_iter().map(with));
        if matches!(argument, Expression::Call { .. }) {
            found.push(with(Expression::Atom("\"a\"".to_owned())));
        }
    }
    found
}
