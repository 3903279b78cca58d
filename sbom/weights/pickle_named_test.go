package weights

import "testing"

// TestNamedByArguments holds getattr, and what dill and cloudpickle write types with, to
// the names that their arguments say.
func TestNamedByArguments(t *testing.T) {
	getattr := func(of func(*asm) *asm, name string) *asm {
		return of(pickle4().global("builtins", "getattr")).str(name).op(opTuple2).op(opReduce)
	}
	class := func(module, name string) func(*asm) *asm {
		return func(a *asm) *asm { return a.global(module, name) }
	}
	object := func(a *asm) *asm { return a.global("a.b", "C").op(opEmptyTuple).op(opNewObj) }
	old := func(a *asm) *asm {
		return a.global("copyreg", "_reconstructor").global("a.b", "C").global("builtins", "object").op(opNone).op(opTuple3).op(opReduce)
	}
	for name, tc := range map[string]struct {
		content []byte
		imports string
		odd     string
	}{
		"member of an enum":   {getattr(class("a.b", "Color"), "red").stop(), "builtins.getattr:call a.b.Color:ref a.b.Color.red:ref", ""},
		"method of an object": {getattr(object, "run").stop(), "builtins.getattr:call a.b.C:new a.b.C.run:ref", ""},
		"method of an object of protocol 1": {
			getattr(old, "run").stop(), "builtins.getattr:call copyreg._reconstructor:call a.b.C:new builtins.object:ref a.b.C.run:ref", "",
		},
		"method of a text": {getattr(func(a *asm) *asm { return a.str("x") }, "upper").stop(), "builtins.getattr:call builtins.str.upper:ref", ""},
		"method of a list": {getattr(func(a *asm) *asm { return a.op(opEmptyList) }, "append").stop(), "builtins.getattr:call builtins.list.append:ref", ""},
		"nested class":     {getattr(class("a.b", "C"), "Inner").op(opEmptyTuple).op(opReduce).stop(), "builtins.getattr:call a.b.C:ref a.b.C.Inner:call", ""},
		"method that is called": {
			getattr(object, "run").op(opEmptyTuple).op(opReduce).stop(), "builtins.getattr:call a.b.C:new a.b.C.run:call", "call_of_result",
		},
		"module behind a module": {
			getattr(func(a *asm) *asm {
				return a.global("builtins", "getattr").global("torch", "serialization").str("os").op(opTuple2).op(opReduce)
			}, "system").call("id").stop(),
			"builtins.getattr:call torch.serialization:ref torch.serialization.os:ref torch.serialization.os.system:call", "call_of_result",
		},
		"type of dill":        {pickle4().global("dill._dill", "_load_type").call("CodeType").stop(), "dill._dill._load_type:call types.CodeType:ref", ""},
		"partial of dill":     {pickle4().global("dill._dill", "_load_type").call("PartialType").stop(), "dill._dill._load_type:call functools.partial:ref", ""},
		"getters of dill":     {pickle4().global("dill._dill", "_load_type").call("ItemGetterType").op(opPop).global("dill._dill", "_load_type").call("AttrGetterType").stop(), "dill._dill._load_type:call operator.itemgetter:ref operator.attrgetter:ref", ""},
		"array of dill":       {pickle4().global("dill._dill", "_load_type").call("ndarray").stop(), "dill._dill._load_type:call numpy.ndarray:ref", ""},
		"error of dill":       {pickle4().global("dill._dill", "_load_type").call("KeyError").stop(), "dill._dill._load_type:call builtins.KeyError:ref", ""},
		"type of cloudpickle": {pickle4().global("cloudpickle.cloudpickle", "_builtin_type").call("CodeType").stop(), "cloudpickle.cloudpickle._builtin_type:call types.CodeType:ref", ""},
		"named tuple": {
			pickle4().global("dill._dill", "_create_namedtuple").str("Pair").op(opEmptyTuple).str("os").op(opTuple3).op(opReduce).op(opEmptyTuple).op(opReduce).stop(),
			"dill._dill._create_namedtuple:call os.Pair:call", "",
		},
	} {
		w, ps := read(t, "m.pkl", tc.content)
		fail(t, name, imports(w)+problems(ps), tc.imports)
		fail(t, name+": oddities", oddities(w), tc.odd)
		if args := w.Imports[0].Args; args != namedOnly {
			t.Errorf("%s: arguments are %q, want %q", name, args, namedOnly)
		}
	}
}

// TestNotNamedByArguments is the other side: what is chosen when the file is loaded is not
// taken for a name.
func TestNotNamedByArguments(t *testing.T) {
	for name, content := range map[string][]byte{
		"name of a call":       pickle4().global("builtins", "getattr").global("a.b", "C").global("a", "f").call("x").op(opTuple2).op(opReduce).stop(),
		"with a default":       pickle4().global("builtins", "getattr").global("a.b", "C").str("x").op(opNone).op(opTuple3).op(opReduce).stop(),
		"of a constant":        pickle4().global("builtins", "getattr").op(opNone).str("x").op(opTuple2).op(opReduce).stop(),
		"no name":              pickle4().global("builtins", "getattr").global("a.b", "C").str("").op(opTuple2).op(opReduce).stop(),
		"type of a call":       pickle4().global("dill._dill", "_load_type").global("a", "f").call("x").op(opTuple1).op(opReduce).stop(),
		"named tuple of two":   pickle4().global("dill._dill", "_create_namedtuple").str("P").str("os").op(opTuple2).op(opReduce).stop(),
		"one name is computed": pickle4().global("builtins", "getattr").global("a.b", "C").str("x").op(opTuple2).op(opReduce).op(opPop).global("builtins", "getattr").global("a.b", "C").op(opNone).op(opTuple2).op(opReduce).stop(),
	} {
		w, _ := read(t, "m.pkl", content)
		if args := w.Imports[0].Args; args == namedOnly || args == "" {
			t.Errorf("%s: arguments are %q", name, args)
		}
	}
}
