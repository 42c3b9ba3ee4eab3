/**
 * What an outline needs to know of each language: which nodes have a body that it may leave out, which are types that it
 * keeps whole, which name a function that stands in an expression, and how its comments and long values are called.
 */

/**
 * Where the body of such a node begins: at its field `body`, or at the node itself, which is a block then.
 * A `named-block` is one only after a call with a name: `it 'works' do`.
 */
export type BodyKind = 'field' | 'self' | 'named-block';

export interface Grammar {
  /** The file of @repomix/tree-sitter-wasms: `tree-sitter-NAME.wasm`. */
  readonly file: string;
  /** As a person calls the language. */
  readonly title: string;
  readonly bodies: Readonly<Record<string, BodyKind>>;
  /** Functions among the bodies that have no name of their own. */
  readonly anonymous: readonly string[];
  readonly types: readonly string[];
  /** A function below one of these has its name, or is said with it. */
  readonly namers: readonly string[];
  readonly comments: readonly string[];
  /** Strings that document what they stand in, as the first statement there. */
  readonly docStrings?: boolean;
  /** Values whose rows after the first may be left out. */
  readonly values: readonly string[];
}

const SCRIPT: Omit<Grammar, 'file' | 'title'> = {
  bodies: {
    function_declaration: 'field',
    generator_function_declaration: 'field',
    function_expression: 'field',
    generator_function: 'field',
    arrow_function: 'field',
    method_definition: 'field',
    class_static_block: 'field',
  },
  anonymous: ['function_expression', 'generator_function', 'arrow_function'],
  types: [
    'class_declaration',
    'abstract_class_declaration',
    'interface_declaration',
    'type_alias_declaration',
    'enum_declaration',
  ],
  namers: ['variable_declarator', 'pair', 'assignment_expression', 'field_definition', 'public_field_definition'],
  comments: ['comment'],
  values: ['object', 'array', 'template_string'],
};

const C: Omit<Grammar, 'file' | 'title'> = {
  bodies: { function_definition: 'field' },
  anonymous: [],
  types: ['struct_specifier', 'union_specifier', 'enum_specifier'],
  namers: [],
  comments: ['comment'],
  values: ['initializer_list', 'raw_string_literal', 'concatenated_string'],
};

const C_SHARP: Omit<Grammar, 'file' | 'title'> = {
  bodies: {
    method_declaration: 'field',
    constructor_declaration: 'field',
    destructor_declaration: 'field',
    operator_declaration: 'field',
    conversion_operator_declaration: 'field',
    local_function_statement: 'field',
    accessor_declaration: 'field',
    lambda_expression: 'field',
    anonymous_method_expression: 'self',
  },
  anonymous: ['lambda_expression', 'anonymous_method_expression'],
  types: ['class_declaration', 'struct_declaration', 'interface_declaration', 'enum_declaration', 'record_declaration'],
  namers: ['variable_declarator', 'assignment_expression'],
  comments: ['comment'],
  values: ['initializer_expression', 'raw_string_literal', 'verbatim_string_literal'],
};

/** The languages that outlines are made of. */
export type CodeLanguage =
  | 'typescript'
  | 'tsx'
  | 'javascript'
  | 'python'
  | 'go'
  | 'rust'
  | 'java'
  | 'c'
  | 'cpp'
  | 'csharp'
  | 'ruby'
  | 'php'
  | 'swift';

export const GRAMMARS: Readonly<Record<CodeLanguage, Grammar>> = {
  typescript: { file: 'typescript', title: 'TypeScript', ...SCRIPT },
  tsx: { file: 'tsx', title: 'TSX', ...SCRIPT },
  javascript: { file: 'javascript', title: 'JavaScript', ...SCRIPT },
  python: {
    file: 'python',
    title: 'Python',
    bodies: { function_definition: 'field' },
    anonymous: [],
    types: ['class_definition'],
    namers: ['decorated_definition'],
    comments: ['comment'],
    docStrings: true,
    values: ['dictionary', 'list', 'set', 'tuple', 'string', 'concatenated_string'],
  },
  go: {
    file: 'go',
    title: 'Go',
    bodies: { function_declaration: 'field', method_declaration: 'field', func_literal: 'field' },
    anonymous: ['func_literal'],
    types: ['type_declaration'],
    namers: ['var_spec', 'short_var_declaration', 'assignment_statement', 'keyed_element'],
    comments: ['comment'],
    values: ['literal_value', 'raw_string_literal'],
  },
  rust: {
    file: 'rust',
    title: 'Rust',
    bodies: { function_item: 'field', closure_expression: 'field' },
    anonymous: ['closure_expression'],
    types: ['struct_item', 'enum_item', 'union_item', 'trait_item', 'impl_item', 'mod_item'],
    namers: ['let_declaration', 'field_initializer'],
    comments: ['line_comment', 'block_comment'],
    values: ['array_expression', 'macro_rule', 'token_tree', 'raw_string_literal', 'string_literal'],
  },
  java: {
    file: 'java',
    title: 'Java',
    bodies: {
      method_declaration: 'field',
      constructor_declaration: 'field',
      compact_constructor_declaration: 'field',
      lambda_expression: 'field',
      static_initializer: 'self',
    },
    anonymous: ['lambda_expression', 'static_initializer'],
    types: [
      'class_declaration',
      'interface_declaration',
      'enum_declaration',
      'record_declaration',
      'annotation_type_declaration',
    ],
    namers: ['variable_declarator', 'assignment_expression'],
    comments: ['line_comment', 'block_comment'],
    values: ['array_initializer', 'string_literal'],
  },
  c: { file: 'c', title: 'C', ...C },
  cpp: {
    file: 'cpp',
    title: 'C++',
    ...C,
    bodies: { ...C.bodies, lambda_expression: 'field' },
    anonymous: ['lambda_expression'],
    types: [...C.types, 'class_specifier'],
    namers: ['init_declarator', 'assignment_expression', 'field_declaration'],
  },
  csharp: { file: 'c_sharp', title: 'C#', ...C_SHARP },
  ruby: {
    file: 'ruby',
    title: 'Ruby',
    bodies: { method: 'field', singleton_method: 'field', do_block: 'named-block', block: 'named-block' },
    anonymous: ['do_block', 'block'],
    types: ['class', 'module', 'singleton_class'],
    namers: ['assignment'],
    comments: ['comment'],
    values: ['array', 'hash', 'string_array', 'symbol_array', 'heredoc_body'],
  },
  php: {
    file: 'php',
    title: 'PHP',
    bodies: { function_definition: 'field', method_declaration: 'field', anonymous_function: 'field' },
    anonymous: ['anonymous_function'],
    types: ['class_declaration', 'interface_declaration', 'trait_declaration', 'enum_declaration'],
    namers: ['assignment_expression', 'array_element_initializer'],
    comments: ['comment'],
    values: ['array_creation_expression', 'heredoc', 'nowdoc'],
  },
  swift: {
    file: 'swift',
    title: 'Swift',
    bodies: {
      function_declaration: 'field',
      init_declaration: 'field',
      deinit_declaration: 'field',
      computed_property: 'self',
      lambda_literal: 'self',
    },
    anonymous: ['computed_property', 'lambda_literal'],
    types: ['class_declaration', 'protocol_declaration'],
    namers: ['property_declaration', 'assignment'],
    comments: ['comment', 'multiline_comment'],
    values: ['array_literal', 'dictionary_literal', 'multi_line_string_literal'],
  },
};
