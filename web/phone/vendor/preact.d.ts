// Types of the vendored module, as far as the views use it.
export function html(strings: TemplateStringsArray, ...values: any[]): any;
export function h(type: any, props: any, ...children: any[]): any;
export function render(tree: any, parent: Element): void;
export class Component<P = any, S = any> { constructor(props?: P); props: P; state: S; setState(state: Partial<S>): void; forceUpdate(): void; }
export function createContext<T>(value: T): any;
export function useState<T>(initial: T | (() => T)): [T, (next: T | ((before: T) => T)) => void];
export function useReducer<S, A>(reduce: (state: S, action: A) => S, initial: S): [S, (action: A) => void];
export function useEffect(run: () => void | (() => void), inputs?: readonly any[]): void;
export function useLayoutEffect(run: () => void | (() => void), inputs?: readonly any[]): void;
export function useRef<T = any>(initial?: T): { current: T };
export function useMemo<T>(make: () => T, inputs?: readonly any[]): T;
export function useCallback<F extends (...values: any[]) => any>(run: F, inputs?: readonly any[]): F;
export function useContext(context: any): any;
export function useErrorBoundary(told?: (error: any) => void): [any, () => void];
