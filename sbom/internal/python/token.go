package python

// kind is the kind of a token: structure, operators and keywords in one enumeration,
// so that the parser compares one number.
type kind uint8

const (
	tEOF kind = iota
	tError
	tNewline
	tIndent
	tDedent
	tName
	tNumber
	tString

	tLParen
	tRParen
	tLBracket
	tRBracket
	tLBrace
	tRBrace
	tComma
	tColon
	tSemi
	tDot
	tEllipsis
	tArrow
	tWalrus
	tAssign
	tAugAssign // +=, -=, …
	tBang
	tBackquote // Python 2

	// Binary operators by precedence, see precedence.
	tOr // |
	tXor
	tAnd // &
	tLShift
	tRShift
	tPlus
	tMinus
	tStar
	tSlash
	tFloorDiv
	tPercent
	tAt
	tPower
	tTilde

	tEq
	tNotEq
	tLess
	tLessEq
	tGreater
	tGreaterEq

	kFalse
	kNone
	kTrue
	kAnd
	kAs
	kAssert
	kAsync
	kAwait
	kBreak
	kClass
	kContinue
	kDef
	kDel
	kElif
	kElse
	kExcept
	kFinally
	kFor
	kFrom
	kGlobal
	kIf
	kImport
	kIn
	kIs
	kLambda
	kNonlocal
	kNot
	kOr
	kPass
	kRaise
	kReturn
	kTry
	kWhile
	kWith
	kYield
)

// token is one token; its text is src[from:to].
type token struct {
	kind     kind
	from, to Pos
}

// keyword tells keywords from names. Soft keywords (match, case, type, _) are names.
func keyword(s string) kind {
	switch s {
	case "False":
		return kFalse
	case "None":
		return kNone
	case "True":
		return kTrue
	case "and":
		return kAnd
	case "as":
		return kAs
	case "assert":
		return kAssert
	case "async":
		return kAsync
	case "await":
		return kAwait
	case "break":
		return kBreak
	case "class":
		return kClass
	case "continue":
		return kContinue
	case "def":
		return kDef
	case "del":
		return kDel
	case "elif":
		return kElif
	case "else":
		return kElse
	case "except":
		return kExcept
	case "finally":
		return kFinally
	case "for":
		return kFor
	case "from":
		return kFrom
	case "global":
		return kGlobal
	case "if":
		return kIf
	case "import":
		return kImport
	case "in":
		return kIn
	case "is":
		return kIs
	case "lambda":
		return kLambda
	case "nonlocal":
		return kNonlocal
	case "not":
		return kNot
	case "or":
		return kOr
	case "pass":
		return kPass
	case "raise":
		return kRaise
	case "return":
		return kReturn
	case "try":
		return kTry
	case "while":
		return kWhile
	case "with":
		return kWith
	case "yield":
		return kYield
	}
	return tName
}

// startsStatement tells keywords that can only begin a statement. Inside brackets one
// of them means that a bracket was never closed.
func startsStatement(k kind) bool {
	switch k {
	case kAssert, kBreak, kClass, kContinue, kDef, kDel, kExcept, kFinally, kGlobal,
		kImport, kNonlocal, kPass, kRaise, kReturn, kTry, kWhile, kWith:
		return true
	}
	return false
}
