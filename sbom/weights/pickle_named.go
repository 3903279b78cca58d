package weights

import "strings"

// Some calls of a pickle do nothing but say a name: getattr of a class and a text is how
// Python writes members of enums, bound methods and, before protocol 4, nested classes; dill
// and cloudpickle write types so. What they name is a name of the file like any other: it is
// listed, and a call of the result is a call of it.

// named resolves the name that the arguments of a call say. ok is false when they do not
// say it: it is then chosen when the file is loaded.
func (f *pickleFacts) named(m *pickleMachine, id uint32, items []value, whole bool) (v value, ok bool) {
	if !whole {
		return value{}, false
	}
	var module, name string
	computed := false
	switch f.names[id].qualified {
	case "builtins.getattr":
		module, name, computed, ok = f.attribute(m, items)
	case "dill._dill._load_type":
		module, name, ok = f.dillType(m, items)
	case "dill._dill._create_namedtuple": // name, fields, module and, since 0.3.5, defaults
		if len(items) >= 3 {
			var ok1, ok2 bool
			name, ok1 = m.word(items[0])
			module, ok2 = m.word(items[2])
			ok = ok1 && ok2
		}
	case "cloudpickle.cloudpickle._builtin_type":
		if len(items) == 1 {
			module = "types"
			name, ok = m.word(items[0])
		}
	}
	if !ok || name == "" {
		return value{}, false
	}
	f.names[id].read++
	reached := f.names[id].qualified == "builtins.getattr"
	v = value{kind: kindGlobal, n: f.resolve(m, []byte(module), []byte(name), computed)}
	f.names[v.n].method = reached && !isClassName(name)
	return v, true
}

// plainTypes are the built-in types of values that a file holds.
var plainTypes = map[valueKind]string{
	kindText: "str", kindTextRaw: "str", kindTextQuoted: "str", kindBytes: "bytes", kindInt: "int",
	kindTuple: "tuple", kindList: "list", kindDict: "dict", kindSet: "set",
}

// attribute is the name that getattr(OBJECT, TEXT) gives: that of the attribute of a class
// or module, or of the class of an object.
func (f *pickleFacts) attribute(m *pickleMachine, items []value) (module, name string, computed, ok bool) {
	if len(items) != 2 {
		return "", "", false, false
	}
	word, ok := m.word(items[1])
	if !ok || word == "" {
		return "", "", false, false
	}
	of, id := items[0], items[0].n
	switch {
	case of.kind == kindGlobal:
	case of.kind == kindResult && of.n > 0:
		id--
	case plainTypes[of.kind] != "":
		return "builtins", plainTypes[of.kind] + "." + word, false, true
	default:
		return "", "", false, false
	}
	n := &f.names[id]
	return n.module, n.name + "." + word, n.computed, true
}

// dillType is the type that dill writes by its name in module types, or by that of a
// built-in type (dill/_dill.py, _reverse_typemap).
func (f *pickleFacts) dillType(m *pickleMachine, items []value) (module, name string, ok bool) {
	if len(items) != 1 {
		return "", "", false
	}
	if name, ok = m.word(items[0]); !ok {
		return "", "", false
	}
	switch {
	case name == "PartialType":
		return "functools", "partial", true
	case name == "ItemGetterType":
		return "operator", "itemgetter", true
	case name == "AttrGetterType":
		return "operator", "attrgetter", true
	case name == "ndarray":
		return "numpy", name, true
	case strings.HasSuffix(name, "Type"):
		return "types", name, true
	}
	return "builtins", name, true
}

// makes marks the result of a call as something that makes an object of a class that is
// named, and does nothing else.
const makes = 1

// isMaker tells what makes an object when it is called: how protocols before 4 write
// objects whose __new__ has keyword arguments (Lib/pickle.py, save_reduce:
// partial(getattr(cls, "__new__"), ...)()).
func (f *pickleFacts) isMaker(v value) bool {
	switch {
	case v.kind == kindGlobal:
		name := f.names[v.n].name
		return strings.HasSuffix(name, ".__new__") || strings.HasSuffix(name, "._unpickle")
	case v.kind == kindResult && v.n > 0:
		return v.at == makes && f.names[v.n-1].role == rolePartial
	}
	return false
}

// isClassName tells whether the last part of a name is that of a class, by the way Python
// code is written.
func isClassName(name string) bool {
	last := strings.TrimLeft(name[strings.LastIndexByte(name, '.')+1:], "_")
	return last != "" && last[0] >= 'A' && last[0] <= 'Z'
}
