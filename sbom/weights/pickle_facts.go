package weights

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// role is what the machine needs to know of a name to follow the bytes; it is no
// verdict about the name.
type role uint8

const (
	roleNone    role = iota
	roleTensor       // builds a tensor of a storage: storage, offset, size, ...
	roleWrap         // wraps the tensor that is its first argument
	roleDtype        // numpy.dtype
	roleLatin1       // makes bytes of a text, as protocol 2 writes them
	rolePartial      // calls its first argument when it is called
	roleReach        // what it does depends on its arguments: those of each call are listed
	roleName         // gives what a name in its arguments stands for
	roleMake         // makes an object of the class that is its first argument
	roleWrapper      // joblib's NumpyArrayWrapper: bytes of the array follow its BUILD
)

var roles = map[string]role{
	"torch._utils._rebuild_tensor": roleTensor, "torch._utils._rebuild_tensor_v2": roleTensor, "torch._utils._rebuild_tensor_v3": roleTensor,
	"torch._utils._rebuild_qtensor":   roleTensor,
	"torch._utils._rebuild_parameter": roleWrap, "torch._utils._rebuild_parameter_with_state": roleWrap,
	"builtins.getattr": roleName, "dill._dill._load_type": roleName, "dill._dill._create_namedtuple": roleName,
	"cloudpickle.cloudpickle._builtin_type": roleName, "copyreg._reconstructor": roleMake,
	"numpy.core._ufunc_reconstruct": roleReach, "numpy._core._ufunc_reconstruct": roleReach, "dill._dill._eval_repr": roleReach,
	"operator.attrgetter": roleReach, "operator.methodcaller": roleReach, "functools.reduce": roleReach, "_functools.reduce": roleReach,
	"operator.getitem": roleReach, "_operator.getitem": roleReach, "builtins.iter": roleReach, "builtins.type": roleReach,
	"_codecs.encode": roleLatin1, "codecs.encode": roleLatin1, "functools.partial": rolePartial,
	"numpy.dtype":                           roleDtype,
	"joblib.numpy_pickle.NumpyArrayWrapper": roleWrapper,
	"sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper": roleWrapper,
}

// pickleName is one resolved name of a file.
type pickleName struct {
	module, name, qualified string
	computed, nested        bool
	role                    role
	use                     use
	at                      int64
	args                    string
	calls                   int
	read                    int  // calls whose arguments stand in imports of their own
	method                  bool // an attribute that getattr gave, and no class
}

// pickleFacts gathers what the pickles of one member say.
type pickleFacts struct {
	w        *sbom.Weights
	names    []pickleName
	index    map[string]uint32
	ops      int64
	inflated int64 // bytes of strings that were decompressed
	scratch  []byte
	key      []byte
	faults   []*fault

	torchMagic bool
	storages   []storage
	byKey      map[string]uint32 // storage key → number + 1
	tensors    []tensor
	dtypes     []dtype
	wrappers   bool           // joblib's wrapper was named
	nestedAt   map[int64]bool // bytes that are a pickle which was read
	overflow   bool           // more than maxImports names
}

func newPickleFacts(w *sbom.Weights) *pickleFacts {
	return &pickleFacts{w: w, index: map[string]uint32{}}
}

func (f *pickleFacts) odd(code string, offset int64, format string, args ...any) {
	if f.w != nil {
		odd(f.w, code, offset, format, args...)
	}
}

func (f *pickleFacts) fault(code string, offset int64, format string, args ...any) {
	if len(f.faults) < maxOddities {
		f.faults = append(f.faults, faultf(code, offset, format, args...))
	}
}

// resolve returns the number of a name, which is recorded when it is new.
func (f *pickleFacts) resolve(m *pickleMachine, module, name []byte, computed bool) uint32 {
	f.key = append(append(append(f.key[:0], module...), '\n'), name...)
	if m.depth > 0 {
		f.key = append(f.key, '\n', 'n')
	}
	if computed {
		f.key = append(f.key, '\n', 'c')
	}
	if id, ok := f.index[string(f.key)]; ok {
		return id
	}
	if len(f.names) >= maxImports {
		if !f.overflow {
			f.overflow = true
			f.fault("too_many", m.origin+m.opAt, "more than maxImports (%d) names", maxImports)
		}
		return 0
	}
	id := uint32(len(f.names))
	n := pickleName{
		module: clip(string(module), maxNameBytes), name: clip(string(name), maxNameBytes),
		computed: computed, nested: m.depth > 0, at: m.origin + m.opAt,
	}
	n.qualified = qualify(n.module, n.name)
	n.role = roles[n.qualified]
	f.wrappers = f.wrappers || n.role == roleWrapper
	f.names = append(f.names, n)
	f.index[string(f.key)] = id
	return id
}

func (f *pickleFacts) use(m *pickleMachine, v value, how use) {
	id := v.n
	if v.kind == kindResult {
		if id == 0 {
			return
		}
		id--
	} else if v.kind != kindGlobal {
		return
	}
	if n := &f.names[id]; n.use < how {
		n.use = how
	}
}

// call records a call of a name and returns what is known of its result.
func (f *pickleFacts) call(m *pickleMachine, id uint32, how use, items []value, whole bool) value {
	n := &f.names[id]
	if n.use < how {
		n.use = how
	}
	n.calls++
	f.arguments(m, n, items, whole)
	if whole && len(items) == 1 && f.holdsNested(items[0]) {
		n.read++
	}
	result := value{kind: kindResult, n: id + 1}
	switch n.role {
	case roleLatin1:
		result.at = m.latin1(items)
	case roleName:
		if named, ok := f.named(m, id, items, whole); ok {
			return named
		}
	case roleMake:
		if len(items) > 0 && items[0].kind == kindGlobal {
			f.use(m, items[0], useNew)
			result.n = items[0].n + 1
		}
	case rolePartial:
		if len(items) > 0 && f.isMaker(items[0]) {
			result.at = makes
		}
	case roleTensor:
		result.at = f.tensor(m, items)
	case roleWrap:
		if len(items) > 0 && items[0].kind == kindResult {
			result.at = items[0].at
		}
	case roleDtype:
		result.at = f.dtype(m, items)
	}
	return result
}

// maxReaches bounds the different arguments listed of one name.
const maxReaches = 8

// arguments keeps the arguments of the first call; of a name that reaches what its
// arguments say, those of each different call, and "..." for what is not listed.
func (f *pickleFacts) arguments(m *pickleMachine, n *pickleName, items []value, whole bool) {
	switch {
	case n.calls == 1:
		n.args = f.summary(m, items, whole)
	case (n.role == roleReach || n.role == roleName) && !strings.HasSuffix(n.args, "; ..."):
		s := f.summary(m, items, whole)
		list := strings.Split(n.args, "; ")
		if slices.Contains(list, s) {
			return
		}
		if len(list) >= maxReaches {
			s = "..."
		}
		n.args += "; " + s
	}
}

func (f *pickleFacts) readNested(v value) {
	if v.kind == kindBytes {
		f.nestedRead(v.at)
	}
}

func (f *pickleFacts) nestedRead(at int64) {
	if f.nestedAt == nil {
		f.nestedAt = map[int64]bool{}
	}
	if len(f.nestedAt) < maxImports {
		f.nestedAt[at] = true
	}
}

// holdsNested tells whether a value is bytes that were read as a pickle: as they stand, or
// as the result of _codecs.encode.
func (f *pickleFacts) holdsNested(v value) bool {
	latin1 := v.kind == kindResult && v.n > 0 && f.names[v.n-1].role == roleLatin1 && v.at > 0
	return (v.kind == kindBytes || latin1) && f.nestedAt[v.at]
}

// maxArgBytes bounds the summary of the arguments of a call.
const maxArgBytes = 200

// summary is the arguments of a call, short.
func (f *pickleFacts) summary(m *pickleMachine, items []value, whole bool) string {
	var b strings.Builder
	b.WriteByte('(')
	for i, v := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		if b.Len() > maxArgBytes || i >= keptItems {
			whole = false
			break
		}
		b.WriteString(f.describe(m, v))
	}
	if !whole {
		b.WriteString("...")
	}
	b.WriteByte(')')
	return clip(b.String(), maxNameBytes)
}

// describe says in a few words what a value is.
func (f *pickleFacts) describe(m *pickleMachine, v value) string {
	switch v.kind {
	case kindInt:
		return strconv.FormatInt(v.at, 10)
	case kindText, kindTextRaw, kindTextQuoted:
		if s, ok := m.word(v); ok {
			return strconv.Quote(clip(s, maxArgBytes/2))
		}
		return "str"
	case kindBytes:
		return fmt.Sprintf("%d bytes", v.n)
	case kindTuple:
		return fmt.Sprintf("tuple of %d", v.n)
	case kindList:
		return "list"
	case kindDict:
		return "dict"
	case kindSet:
		return "set"
	case kindGlobal:
		return f.names[v.n].qualified
	case kindResult:
		if v.n > 0 {
			return f.names[v.n-1].qualified + "()"
		}
		return "the result of a call"
	case kindPersistent:
		return "persistent id"
	}
	return "constant"
}

// nestedOnly is the summary of the arguments of a name that was only ever called with
// a pickle that was itself read: what is in it stands in imports of its own.
const nestedOnly = "(pickle that was read)"

// namedOnly is the summary of the arguments of a name that was only ever called with the
// name of something, which stands in imports of its own.
const namedOnly = "(name that is listed)"

// state writes the names into the weights.
func (f *pickleFacts) state() {
	for i := range f.names {
		n := &f.names[i]
		imp := sbom.Import{
			Module: n.module, Name: n.name, Qualified: n.qualified, Mode: useNames[n.use], State: "resolved",
			Offset: n.at, Args: n.args, Nested: n.nested,
		}
		if n.computed {
			imp.State = "computed"
		}
		switch {
		case n.calls == 0 || n.read < n.calls:
		case n.role == roleName:
			imp.Args = namedOnly
		default:
			imp.Args = nestedOnly
		}
		f.w.Imports = append(f.w.Imports, imp)
	}
	for i := range f.tensors {
		t := &f.tensors[i]
		addTensor(f.w, t.name, t.dtype, t.shape)
	}
}

// pairs looks at the keys and values that a dict is given: names of tensors, and the
// state of joblib's array wrapper.
func (f *pickleFacts) pairs(m *pickleMachine, items []value) {
	for i := 0; i+1 < len(items); i += 2 {
		k, v := items[i], items[i+1]
		if v.kind == kindResult && v.at > 0 && v.n > 0 {
			switch f.names[v.n-1].role {
			case roleTensor, roleWrap:
				if t := &f.tensors[v.at-1]; t.name == "" {
					t.name, _ = m.word(k)
				}
			}
		}
		if f.wrappers {
			m.dict.set(m, k, v)
		}
	}
}

func uitoa(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
