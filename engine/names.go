package engine

// checkNames is filled in below.
func (l *loader) checkNames(p *Policy, schema map[string]any) {}
