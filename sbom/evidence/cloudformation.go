package evidence

import (
	"bytes"
	"context"
	"strings"
	"unicode"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// cloudFormation reads CloudFormation and SAM templates in YAML and JSON. A template says
// the same as Terraform in other words, so its resources are translated into those.
var cloudFormation = sbom.Collector{
	Name:     "evidence/cloudformation",
	Families: append([]sbom.Family{sbom.FamilyDocuments}, cloudFamilies...),
	Match: func(f *sbom.File) bool {
		return yamlFile(f) || f.Ext() == ".template" && f.Within(maxManifestBytes) || f.Ext() == ".json" && f.Size <= maxManifestBytes && bytes.Contains(f.Head, []byte("AWS"))
	},
	MaxBytes: maxManifestBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		if !bytes.Contains(content, []byte("AWS::")) || !bytes.Contains(content, []byte("Resources")) {
			return nil
		}
		docs := tree.Of(f)
		if docs.Template {
			out.Documents = append(out.Documents, sbom.Document{Kind: "template", Path: f.Path})
			return nil
		}
		for _, family := range cloudFamilies {
			docs.Problem(f, family, out)
		}
		for _, root := range docs.Docs {
			cloudFormationTemplate(f, root, out)
		}
		return nil
	},
}

// cloudFormationKinds translates the types that are not spelled alike.
var cloudFormationKinds = map[string]string{
	"AWS::SageMaker::EndpointConfig": "aws_sagemaker_endpoint_configuration", "AWS::Serverless::Function": "aws_lambda_function",
	"AWS::Logs::LogGroup": "aws_cloudwatch_log_group", "AWS::IAM::ManagedPolicy": "aws_iam_policy", "AWS::IAM::Policy": "aws_iam_policy",
	"AWS::RDS::DBInstance": "aws_db_instance", "AWS::ECS::TaskDefinition": "aws_ecs_task_definition", "AWS::S3::BucketPolicy": "aws_s3_bucket_policy",
	"AWS::ElasticLoadBalancingV2::Listener": "aws_lb_listener", "AWS::ElasticLoadBalancingV2::LoadBalancer": "aws_lb", "AWS::ElasticLoadBalancingV2::TargetGroup": "aws_lb_target_group",
}

func cloudFormationTemplate(f *sbom.File, root *tree.Node, out *sbom.Inventory) {
	resources := root.Get("Resources")
	if resources == nil || resources.Kind != tree.Map {
		return
	}
	known := false
	addresses := map[string]string{}
	for _, p := range resources.Pairs {
		kind := p.Value.Get("Type").Str()
		if strings.HasPrefix(kind, "AWS::") {
			known = true
			addresses[p.Key] = terraformKind(kind) + "." + p.Key
		}
	}
	if !known {
		return
	}
	for _, p := range pairs(root.Get("Parameters")) {
		addresses[p.Key] = "var." + p.Key
		if d := p.Value.Get("Default"); d != nil {
			out.Keep(scratchCloud, resource{folder: f.Path, mode: "variable", kind: "var", name: p.Key, config: value{text: d.Str(), known: true}, at: d.At(f.Path)})
		}
	}
	document(f, "cloudformation", root, out)
	for _, p := range resources.Pairs {
		kind := p.Value.Get("Type").Str()
		if !strings.HasPrefix(kind, "AWS::") {
			continue
		}
		out.Keep(scratchCloud, resource{
			folder: f.Path, mode: "resource", kind: terraformKind(kind), name: p.Key, config: fromTree(f.Path, p.Value.Get("Properties"), addresses, translated, 0),
			at: sbom.At{Path: f.Path, Line: p.Line, Column: p.Column, Pointer: p.Value.Pointer},
		})
	}
}

func terraformKind(kind string) string {
	if k, ok := cloudFormationKinds[kind]; ok {
		return k
	}
	parts := strings.Split(strings.TrimPrefix(kind, "AWS::"), "::")
	return "aws_" + strings.ToLower(parts[0]) + "_" + snake(strings.Join(parts[1:], "_"))
}

// snake writes ExecutionRoleArn as execution_role_arn.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) {
			if i > 0 && (unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]) && unicode.IsUpper(runes[i-1])) {
				b.WriteByte('_')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// How the keys of a property are translated.
const (
	translated = iota
	namesOfOwn // keys of the map are names: variables, labels
	language   // everything below is a language of its own: policies
)

var verbatim = map[string]int{"Environment": namesOfOwn, "Variables": namesOfOwn, "Labels": namesOfOwn, "PolicyDocument": language, "AssumeRolePolicyDocument": language}

// fromTree translates a property. !Ref, !GetAtt and !Sub lose their tags in the tree, so
// that a text which is the name of a resource is taken for a reference to it.
func fromTree(path string, n *tree.Node, addresses map[string]string, keys, depth int) value {
	v := value{at: n.At(path)}
	if n == nil || depth > maxValueDepth {
		return value{}
	}
	switch n.Kind {
	case tree.Map:
		for _, key := range []string{"Ref", "Fn::GetAtt", "Fn::Sub"} {
			if ref := n.Get(key); ref != nil && len(n.Pairs) == 1 {
				return fromTree(path, ref, addresses, keys, depth+1)
			}
		}
		if len(n.Pairs) == 1 && (strings.HasPrefix(n.Pairs[0].Key, "Fn::") || n.Pairs[0].Key == "Ref") {
			v.refs = []string{n.Pairs[0].Key}
			return v
		}
		v.known, v.fields = true, map[string]value{}
		for _, p := range n.Pairs {
			below := verbatim[p.Key]
			if keys == language {
				below = language
			}
			field := fromTree(path, p.Value, addresses, below, depth+1)
			field.at = sbom.At{Path: path, Line: p.Line, Column: p.Column, Pointer: p.Value.Pointer}
			key := p.Key
			if keys == translated {
				key = snake(key)
			}
			v.fields[key] = field
		}
	case tree.List:
		v.known = true
		if len(n.Items) == 2 && addresses[n.Items[0].Str()] != "" { // Fn::GetAtt: [Role, Arn]
			return value{refs: []string{addresses[n.Items[0].Str()]}, at: v.at}
		}
		for _, item := range n.Items {
			below := translated
			if keys == language {
				below = language
			}
			v.list = append(v.list, fromTree(path, item, addresses, below, depth+1))
		}
	default:
		text := n.Str()
		name, _, _ := strings.Cut(strings.Trim(text, "${}"), ".")
		if address := addresses[name]; address != "" && (text == name || strings.HasPrefix(text, name+".") || strings.HasPrefix(text, "${")) {
			v.refs = []string{address}
			return v
		}
		v.known, v.text = !strings.Contains(text, "${"), text
	}
	return v
}
