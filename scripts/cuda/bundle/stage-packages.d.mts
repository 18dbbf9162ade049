export declare function stagePackages(root: string, stage: string): string[];
