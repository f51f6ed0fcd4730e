package pyscan

import "github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"

// run runs the statements of a block, and says whether that ends a function's call.
func (ev *evaluator) run(body []syntax.Stmt, s *scope) bool {
	for i := range body {
		if !ev.spend(1) || ev.statement(&body[i], s) {
			return true
		}
	}
	return false
}

func (ev *evaluator) statement(st *syntax.Stmt, s *scope) (ends bool) {
	switch st.Kind {
	case syntax.StmtImport:
		for _, imp := range st.Imports {
			ev.runImport(imp, s)
		}
	case syntax.StmtAssign:
		ev.runAssign(st, s)
	case syntax.StmtAugment:
		ev.runAugment(st, s)
	case syntax.StmtExpr:
		ev.runExpr(st.Value, s)
	case syntax.StmtDelete:
		for _, target := range st.Targets {
			if target.Kind == syntax.ExprName {
				s.bind(target.Text, unbound{})
			}
		}
	case syntax.StmtDef:
		s.bind(st.Def.Name, ev.function(st.Def, s))
	case syntax.StmtClass:
		s.bind(st.Def.Name, ev.class(st.Def, s))
	case syntax.StmtBranch:
		return ev.runBranches(st.Branches, s)
	case syntax.StmtFor:
		return ev.runLoop(st, s)
	case syntax.StmtReturn:
		return ev.runReturn(st.Value, s)
	case syntax.StmtRaise:
		return ev.call != nil
	}
	return false
}

// runReturn notes what a function returns.
func (ev *evaluator) runReturn(e *syntax.Expr, s *scope) bool {
	if ev.call == nil {
		return false
	}
	var v value = none{}
	if e != nil {
		v = ev.eval(e, s)
	}
	ev.call.returned = append(ev.call.returned, v)
	return true
}

// runLoop runs a for: a turn for each value, or, where these are not known, one that may
// be none or several.
func (ev *evaluator) runLoop(st *syntax.Stmt, s *scope) bool {
	body := st.Branches.List[0].Body
	elements, known := ev.iterate(ev.eval(st.Value, s))
	if known && !st.Branches.Jumps {
		for _, v := range elements {
			ev.assign(st.Targets[0], v, s)
			if ev.run(body, s) {
				return true
			}
		}
		return false
	}
	turn := s.try(func() {
		ev.assign(st.Targets[0], nil, s)
		ev.run(body, s)
	})
	s.merge([]change{turn}, false)
	return false
}

func (ev *evaluator) runAssign(st *syntax.Stmt, s *scope) {
	var v value
	if st.Value != nil {
		v = ev.eval(st.Value, s)
	}
	for _, target := range st.Targets {
		if st.Value != nil {
			ev.checkPytestmark(target, v, st.Value)
		}
		ev.assign(target, v, s)
	}
}

// assign binds what stands left of an assignment.
func (ev *evaluator) assign(target *syntax.Expr, v value, s *scope) {
	switch target.Kind {
	case syntax.ExprName:
		s.bind(target.Text, v)
	case syntax.ExprAttribute:
		ev.setAttribute(ev.eval(target.X, s), target.Text, v)
	case syntax.ExprStarred:
		ev.assign(target.X, nil, s)
	case syntax.ExprTuple, syntax.ExprList:
		elements, _ := v.(list)
		if len(elements) != len(target.List) || hasStarred(target.List) {
			elements = make(list, len(target.List))
		}
		for i, t := range target.List {
			ev.assign(t, elements[i], s)
		}
	}
}

func hasStarred(exprs []*syntax.Expr) bool {
	for _, e := range exprs {
		if e.Kind == syntax.ExprStarred {
			return true
		}
	}
	return false
}

// setAttribute assigns to an attribute of a class or function of this file.
func (ev *evaluator) setAttribute(object value, name string, v value) {
	switch object := object.(type) {
	case *class:
		if object.ev.account == ev.account {
			object.scope.bind(name, v)
		}
	case *function:
		if object.ev.account != ev.account {
			return // another file's
		}
		switch name {
		case "pytestmark":
			object.marks = list{v}
		case "__test__":
			if b, ok := v.(boolean); ok {
				object.setTest(bool(b))
			}
		}
	}
}

func (f *function) setTest(test bool) { f.test = &test }

func (ev *evaluator) runAugment(st *syntax.Stmt, s *scope) {
	target := st.Targets[0]
	if target.Kind != syntax.ExprName {
		return
	}
	var v value
	if st.Value != nil {
		added := ev.eval(st.Value, s)
		ev.checkPytestmark(target, added, st.Value)
		v = ev.add(s.lookup(target.Text), added)
	}
	s.bind(target.Text, v)
}

// runExpr runs an expression for what it changes: a list by its methods, names
// by ":=", a function or class by a mark called with it.
func (ev *evaluator) runExpr(e *syntax.Expr, s *scope) {
	if e.Kind != syntax.ExprCall || !ev.runListMethod(e, s) {
		ev.eval(e, s)
	}
}

func (ev *evaluator) runListMethod(e *syntax.Expr, s *scope) bool {
	method := e.X
	if method.Kind != syntax.ExprAttribute || method.X.Kind != syntax.ExprName || len(e.List) == 0 {
		return false
	}
	old, ok := s.lookup(method.X.Text).(list)
	if !ok {
		return false
	}
	arg := e.List[len(e.List)-1]
	added := ev.eval(arg, s)
	switch method.Text {
	case "append", "insert":
		added = list{added}
	case "extend":
	default:
		return false
	}
	ev.checkPytestmark(method.X, added, arg)
	s.bind(method.X.Text, ev.add(old, added))
	return true
}

// checkPytestmark notes marks of a module or class that cannot be read.
func (ev *evaluator) checkPytestmark(target *syntax.Expr, v value, source *syntax.Expr) {
	if target.Kind == syntax.ExprName && target.Text == "pytestmark" {
		ev.noteUnreadable("pytestmark", v, source)
	}
}

// runBranches runs a compound statement.
func (ev *evaluator) runBranches(branches *syntax.Branches, s *scope) (ends bool) {
	var changes []change
	complete := branches.Complete
	ends = true
	for _, b := range branches.List {
		var truth, known bool
		if b.Cond != nil {
			truth, known = ev.truth(b.Cond, s)
		}
		if known && !truth {
			continue
		}
		truth = truth && known
		var ended bool
		change := s.try(func() { ended = ev.run(b.Body, s) })
		if ends = ends && ended; !ended || ev.call == nil {
			changes = append(changes, change)
		}
		if complete = complete || truth; truth {
			break // the others are not reached
		}
	}
	s.merge(changes, complete)
	return ev.run(branches.Finally, s) || ends && complete && ev.call != nil
}
