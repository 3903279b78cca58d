package references

import "strings"

// maxObjectTokens bounds the object literal around a key that is looked at; the longest
// body of a request seen has 150.
const maxObjectTokens = 400

// jsObject is what an object literal says beside one of its keys.
type jsObject struct {
	keys   map[string]int // to the token of the value
	caller []string       // names before the call the object is an argument of
}

// object reads the literal around token i, which is one of its keys.
func (r *jsReader) object(i int) jsObject {
	o := jsObject{keys: map[string]int{}}
	open, depth := -1, 0
	for j := i - 1; j >= 0 && i-j < maxObjectTokens; j-- {
		t := r.tokens[j]
		if t.kind != 'p' {
			continue
		}
		switch t.text {
		case "}", ")", "]":
			depth++
		case "{", "(", "[":
			if depth == 0 {
				if t.text != "{" {
					return o
				}
				open = j
			}
			depth--
		}
		if open >= 0 {
			break
		}
	}
	if open < 0 {
		return o
	}
	for j := open - 1; j >= 0 && len(o.caller) < 8; j-- {
		t := r.tokens[j]
		if t.kind == 'n' {
			o.caller = append(o.caller, t.text)
		} else if t.kind != 'p' || t.text != "(" && t.text != "." || t.text == "(" && j != open-1 {
			break
		}
	}
	depth = 0
	for j := open + 1; j+1 < len(r.tokens) && j-open < maxObjectTokens; j++ {
		t := r.tokens[j]
		if t.kind == 'p' {
			switch t.text {
			case "{", "(", "[":
				depth++
			case "}", ")", "]":
				if depth--; depth < 0 {
					return o
				}
			}
			continue
		}
		next := r.tokens[j+1]
		if depth == 0 && (t.kind == 'n' || t.kind == 's') && next.kind == 'p' && (next.text == ":" || next.text == "," || next.text == "}") {
			if _, ok := o.keys[t.text]; !ok {
				o.keys[t.text] = j + 2
			}
		}
	}
	return o
}

// service is the service that an object says its model is of: by a provider beside it, by
// the client it is given to, or because it asks something.
func (r *jsReader) service(o jsObject) string {
	for key, at := range o.keys {
		lower := snake(key)
		for _, p := range providerKeys {
			if lower == p && at < len(r.tokens) && r.tokens[at].kind == 's' {
				if host := serviceNamed(r.tokens[at].text); host != "" {
					return host
				}
			}
		}
	}
	for _, name := range o.caller {
		if host := serviceIn(calleeWords(name)); host != "" {
			return host
		}
	}
	for key := range o.keys {
		if questions[key] && len(o.caller) > 0 {
			return "openai"
		}
	}
	return ""
}

// hosted records a bare name that the object around it says is one of a service. It is
// true when the name is settled.
func (r *jsReader) hosted(i int, pos position, v, key jsToken) bool {
	if pos.kind != "model" || v.kind != 's' || r.used[v.pos] || KindOf(v.text) != NameBare && KindOf(v.text) != NameOllama {
		return false
	}
	o := r.object(i)
	if snake(key.text) == "model_name" || snake(key.text) == "name" { // beside an id it is what people read
		for _, id := range []string{"modelId", "model_id", "hostedId", "id"} {
			if _, ok := o.keys[id]; ok {
				return true
			}
		}
	}
	host := serviceOf(v.text)
	if host == "" {
		host = serviceKey(key.text)
	}
	if host == "" {
		host = r.service(o)
	}
	if host == "" || serviceNamed(v.text) != "" || !hostedName(host, v.text) {
		return false
	}
	role := "serve"
	if pos.role == "embedding" || strings.Contains(strings.ToLower(strings.Join(o.caller, " ")), "embed") {
		role = "embedding"
	}
	ref := r.add(position{"model", role, false}, v, key.pos, key.text, "constant")
	setHost(ref, host, v.text)
	return true
}

// vendor reads openai("gpt-4o").
func (r *jsReader) vendor(i int, host string) {
	s := r.tokens[i+2]
	if KindOf(s.text) != NameBare || !strings.ContainsAny(s.text, "-0123456789") || placeholder(s.text) {
		return
	}
	ref := r.add(position{"model", "serve", false}, s, r.tokens[i].pos, r.tokens[i].text, "call")
	setHost(ref, host, s.text)
}
